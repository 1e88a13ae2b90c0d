#include "operation_functions.hpp"

#include <array>
#include <string>
#include <vector>

#include "catch.hpp"
#include "each_argument.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "handle_scope.hpp"
#include "host_functions.hpp"
#include "js_errors.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

constexpr const char* kFunctionNames[] = {
#define NODEHOST_OPERATION(name, function) #function,
    NODEHOST_OPERATIONS(NODEHOST_OPERATION)
#undef NODEHOST_OPERATION
};
static_assert(std::size(kFunctionNames) == static_cast<std::size_t>(Operation::kCount));

// A list of arguments: on the stack for the usual few, else on the heap.
class List {
 public:
  void Add(v8::Local<v8::Value> item) {
    if (count_ < few_.size()) {
      few_[count_] = item;
    } else {
      if (many_.empty()) many_.assign(few_.begin(), few_.end());
      many_.push_back(item);
    }
    ++count_;
  }
  int count() const { return static_cast<int>(count_); }
  v8::Local<v8::Value>* get() { return many_.empty() ? few_.data() : many_.data(); }

 private:
  std::array<v8::Local<v8::Value>, 8> few_;
  std::vector<v8::Local<v8::Value>> many_;
  std::size_t count_ = 0;
};

// Whether what is handed over are the arguments of a call, of which a Rest is any number.
bool IsCall(Operation operation) {
  return operation == Operation::kConstruct || operation == Operation::kApply ||
         operation == Operation::kBind;
}

}  // namespace

void Operate(Operation operation, const OperationCall& call) {
  Realm& realm = call.js ? Realm::Of(call.js->thread()) : Entry::RealmOf(*call.self);
  const HandleScope scope(realm.isolate());
  const Signature& signature = *call.signature;
  List list;
  if (call.self) list.Add(Entry::LocalOf(realm, *call.self));
  if (call.key) list.Add(Entry::KeyOf(realm, *call.key));
  const bool sets = operation == Operation::kSet && call.key;
  const std::string_view name =
      sets && call.key->kind() == Key::Kind::kText ? call.key->text() : std::string_view();
  if (IsCall(operation)) {
    ForEachArgument(signature, call.arguments, [&](const TypeInfo& type, const void* value) {
      list.Add(Encode(realm, type, value));
    });
  } else {
    for (std::uint32_t i = 0; i < signature.count; ++i) {
      list.Add(Encode(realm, *signature.arguments[i], call.arguments[i], name));
    }
  }
  const v8::Local<v8::Value> undefined = v8::Undefined(realm.isolate());
  const Catch caught(realm);
  v8::Local<v8::Value> returned;
  if (!realm.operations()
           .Get(realm, operation)
           ->Call(realm.context(), undefined, list.count(), list.get())
           .ToLocal(&returned)) [[unlikely]] {
    ThrowCaught(realm, caught);
  }
  if (signature.result->quick == Quick::kNothing) return;
  Decode(realm, returned, *signature.result, call.result, "result", undefined);
}

bool Step(const Ref& iterator, Ref& value) {
  const Entry entry(iterator);
  OperationFunctions& operations = entry.realm().operations();
  const Catch caught(entry.realm());
  v8::Local<v8::Value> self = entry.value();
  v8::Local<v8::Value> returned;
  if (!operations.Get(entry.realm(), Operation::kStep)
           ->Call(entry.context(), v8::Undefined(entry.isolate()), 1, &self)
           .ToLocal(&returned)) {
    ThrowCaught(entry.realm(), caught);
  }
  if (returned->StrictEquals(operations.Done(entry.realm()))) return false;
  value = entry.Make(returned);
  return true;
}

v8::Local<v8::Function> OperationFunctions::Get(Realm& realm, Operation operation) {
  const auto index = static_cast<std::size_t>(operation);
  if (functions_[index].IsEmpty()) [[unlikely]]
    Load(realm);
  return functions_[index].Get(realm.isolate());
}

v8::Local<v8::Value> OperationFunctions::Done(Realm& realm) {
  if (done_.IsEmpty()) Load(realm);
  return done_.Get(realm.isolate());
}

void OperationFunctions::Load(Realm& realm) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::Local<v8::Object> loaded =
      RunHostScript(realm, "first_use/operations.js", v8::Undefined(isolate));
  const Catch caught(realm);
  v8::Local<v8::Value> done;
  if (!loaded->Get(realm.context(), realm.String("done")).ToLocal(&done)) {
    ThrowCaught(realm, caught);
  }
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    functions_[i].Reset(isolate, HostFunctionOf(realm, loaded, kFunctionNames[i]));
  }
  done_.Reset(isolate, done);
}

void OperationFunctions::Clear() noexcept {
  for (auto& function : functions_) function.Reset();
  done_.Reset();
}

}  // namespace nodehost::detail
