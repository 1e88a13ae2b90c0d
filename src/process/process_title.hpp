// GiveProcessTitle: a title for libuv to tell, which it has only of programs that have handed it
// argv. Without one Node asks with ever larger buffers, up to 1 MB, which it clears: each time that
// an environment starts, and each time that a script reads `process.title`.
#pragma once

namespace nodehost::host {

/// Gives the text that Node tells where there is no title. Does nothing if there is one. Writes to
/// no memory of the program's: the title that other programs see stays. Before Node starts.
void GiveProcessTitle();

}  // namespace nodehost::host
