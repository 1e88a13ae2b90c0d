// StructReaders: for each C++ struct a JavaScript function that reads its fields off an object and
// hands them over as arguments. It has V8's inline caches; reading property by property from C++
// takes several times as long.
#pragma once

#include <v8.h>

#include <cstdint>
#include <exception>
#include <type_traits>
#include <vector>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;
struct StructInfo;

class StructReaders {
 public:
  enum class Outcome : std::uint8_t {
    kNotRead,  ///< Nothing was done: read the properties one by one.
    kTaken,
    kFailed  ///< JavaScript threw, or is over; the caller's Catch has it.
  };

  /// Calls `take(info)` with the values of the fields, in their order, as the arguments of `info`.
  /// JavaScript lies between it and the caller's Catch. What it throws, this throws. Nothing is
  /// done for the first few objects of a struct, which do not pay for compiling a function.
  template <class Take>
  Outcome Read(Realm& realm, const StructInfo& info, v8::Local<v8::Value> object, Take&& take) {
    using F = std::remove_reference_t<Take>;
    Taker taker{[](void* context, const v8::FunctionCallbackInfo<v8::Value>& values) {
                  (*static_cast<F*>(context))(values);
                },
                &take, nullptr};
    return ReadInto(realm, info, object, taker);
  }

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  struct Taker {
    void (*take)(void* context, const v8::FunctionCallbackInfo<v8::Value>& values);
    void* context;
    std::exception_ptr thrown;
  };
  struct Reader {
    std::uint32_t uses = 0;
    v8::Global<v8::Function> read;
  };

  Outcome ReadInto(Realm& realm, const StructInfo& info, v8::Local<v8::Value> object, Taker& taker);
  v8::Global<v8::Function> Compile(Realm& realm, const StructInfo& info);
  static void Take(const v8::FunctionCallbackInfo<v8::Value>& values);

  std::vector<Reader> readers_;  // by StructInfo::id
  v8::Global<v8::Function> take_;
  Taker* taker_ = nullptr;  // of the innermost reader that runs
};

}  // namespace nodehost::detail
