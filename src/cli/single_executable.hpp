// A copy of this program with a script in it: what postject makes of it and of the blob that
// `nodehost --experimental-sea-config` writes.
#pragma once

namespace nodehost::cli {

/// Whether postject has put a script into this program.
bool IsSingleExecutable();

/// Tells libnode, which looks for that mark in itself, that this is a single executable. False
/// where the mark cannot be found there. Call it before Node.js starts.
bool TellLibnode();

}  // namespace nodehost::cli
