#include "leaf.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "borrow.hpp"
#include "class_holder.hpp"
#include "node_version.hpp"
#include "nodehost/detail/class_info.hpp"
#include "realm.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

#if NODEHOST_HAS_FAST_CALLS

namespace {

static_assert(sizeof(LeafText) == sizeof(v8::FastOneByteString) &&
              offsetof(LeafText, size) == offsetof(v8::FastOneByteString, length));
static_assert(sizeof(LeafNumbers) == sizeof(v8::FastApiTypedArray<double>));

v8::CTypeInfo TypeOf(LeafType type) {
  using C = v8::CTypeInfo;
  constexpr auto kNumbers = C::SequenceType::kIsTypedArray;
  switch (type) {
    case LeafType::kBool:
      return C(C::Type::kBool);
    case LeafType::kInt32:
      return C(C::Type::kInt32);
    case LeafType::kUint32:
      return C(C::Type::kUint32);
    case LeafType::kDouble:
      return C(C::Type::kFloat64);
    case LeafType::kValue:
      return C(C::Type::kV8Value);
    case LeafType::kText:
      return C(C::Type::kSeqOneByteString);
    case LeafType::kUint8s:
      return C(C::Type::kUint8, kNumbers);
    case LeafType::kInt32s:
      return C(C::Type::kInt32, kNumbers);
    case LeafType::kUint32s:
      return C(C::Type::kUint32, kNumbers);
    case LeafType::kFloats:
      return C(C::Type::kFloat32, kNumbers);
    case LeafType::kDoubles:
      return C(C::Type::kFloat64, kNumbers);
    case LeafType::kVoid:
      break;
  }
  return C(C::Type::kVoid);
}

// V8's description of a leaf, which lives as long as the process: V8 keeps its address.
class Described {
 public:
  explicit Described(const LeafInfo& leaf)
      : parameters_(ParametersOf(leaf)),
        info_(TypeOf(leaf.result), static_cast<unsigned>(parameters_.size()), parameters_.data()),
        function_(leaf.address, &info_) {}

  const v8::CFunction& function() const noexcept { return function_; }

  static const v8::CFunction& Of(const LeafInfo& leaf) {
    static std::mutex mutex;
    static auto* const known = new std::unordered_map<const LeafInfo*, std::unique_ptr<Described>>;
    const std::lock_guard lock(mutex);
    std::unique_ptr<Described>& described = (*known)[&leaf];
    if (!described) described = std::make_unique<Described>(leaf);
    return described->function();
  }

 private:
  static std::vector<v8::CTypeInfo> ParametersOf(const LeafInfo& leaf) {
    std::vector<v8::CTypeInfo> parameters{v8::CTypeInfo(v8::CTypeInfo::Type::kV8Value)};
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
      parameters.push_back(TypeOf(leaf.parameters[i]));
    }
    if (leaf.may_fall_back) parameters.emplace_back(v8::CTypeInfo::kCallbackOptionsType);
    return parameters;
  }

  const std::vector<v8::CTypeInfo> parameters_;
  const v8::CFunctionInfo info_;
  const v8::CFunction function_;
};

}  // namespace

v8::Local<v8::FunctionTemplate> NewFunctionTemplate(v8::Isolate* isolate,
                                                    v8::FunctionCallback callback,
                                                    v8::Local<v8::Value> data, int length,
                                                    const LeafInfo* leaf) {
  return v8::FunctionTemplate::New(
      isolate, callback, data, {}, length, v8::ConstructorBehavior::kThrow,
      v8::SideEffectType::kHasSideEffect, leaf ? &Described::Of(*leaf) : nullptr);
}

void LeafFallBack(void* options) noexcept {
  static_cast<v8::FastApiCallbackOptions*>(options)->fallback = true;
}

#else

v8::Local<v8::FunctionTemplate> NewFunctionTemplate(v8::Isolate* isolate,
                                                    v8::FunctionCallback callback,
                                                    v8::Local<v8::Value> data, int length,
                                                    const LeafInfo*) {
  return v8::FunctionTemplate::New(isolate, callback, data, {}, length,
                                   v8::ConstructorBehavior::kThrow);
}

void LeafFallBack(void*) noexcept {}

#endif

// The ordinary call that follows takes it, and throws it before it does anything else.
void LeafCarryOut(void* options) noexcept {
  JsThread* const thread = JsThread::Current();
  if (thread && thread->realm()) thread->realm()->natives().carried() = std::current_exception();
  LeafFallBack(options);
}

alignas(8) const char kClassMark = 0;  // V8 takes no odd address for a field
std::atomic<const FieldLayout*> field_layout = nullptr;

void* FindLeafObject(void* receiver, const ClassInfo* info) noexcept {
  const ClassHolder* const holder = ClassHolder::Of(BorrowedSlot(receiver));
  if (!info || !holder || holder->link() || !holder->object()) return nullptr;
  return DerivesFrom(&holder->info(), *info) ? holder->As(*info) : nullptr;
}

bool LeafBool(void* value, bool& result) noexcept {
  const v8::Local<v8::Value> local = BorrowedSlot(value);
  result = local->IsTrue();
  return result || local->IsFalse();
}

}  // namespace nodehost::detail
