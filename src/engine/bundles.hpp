// The modules that nodehost_bundle has put into the program.
#pragma once

namespace nodehost::detail {

class Realm;

/// Gives the environment each bundle there is now; while its bridge is loaded, so that user code
/// finds them. Throws JsError for a name that is taken.
void AddBundles(Realm& realm);

}  // namespace nodehost::detail
