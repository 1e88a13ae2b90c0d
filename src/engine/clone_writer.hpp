// CloneWriter: what is not cloned is a DataCloneError, as structuredClone has it. It derives from a
// class of V8's: sources that include it are compiled without RTTI.
#pragma once

#include <fmt/format.h>
#include <v8.h>

#include <string>

#include "realm.hpp"
#include "v8_strings.hpp"

namespace nodehost::detail {

class CloneWriter : public v8::ValueSerializer::Delegate {
 public:
  explicit CloneWriter(Realm& realm) : realm_(realm) {}

  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    const v8::Local<v8::Value> error = v8::Exception::Error(message);
    error.As<v8::Object>()
        ->DefineOwnProperty(realm_.context(), realm_.String("name"),
                            realm_.String("DataCloneError"), v8::DontEnum)
        .Check();
    realm_.isolate()->ThrowException(error);
  }

  // An object of C++'s, such as one of Node's handles.
  v8::Maybe<bool> WriteHostObject(v8::Isolate*, v8::Local<v8::Object> object) override {
    std::string text;
    FromV8String(realm_.isolate(), object->GetConstructorName(), text);
    ThrowDataCloneError(realm_.String(fmt::format("#<{}> could not be cloned.", text)));
    return v8::Just(false);  // not read where an exception is pending
  }

  v8::Maybe<std::uint32_t> GetWasmModuleTransferId(v8::Isolate*,
                                                   v8::Local<v8::WasmModuleObject>) override {
    ThrowDataCloneError(realm_.String("#<Module> could not be cloned."));
    return v8::Just(std::uint32_t{0});  // not read where an exception is pending
  }

 protected:
  Realm& realm() const noexcept { return realm_; }

 private:
  Realm& realm_;
};

}  // namespace nodehost::detail
