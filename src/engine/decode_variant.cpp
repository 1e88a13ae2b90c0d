// Decoding of a union: which alternative a value is meant for.
//
// A look at the value alone, without decoding it, says for each alternative whether it is natural
// (a number for double), only accepted (a number for std::int64_t, an Array for std::set) or
// impossible. The natural ones are tried first, then the accepted ones, each in the order of the
// std::variant; the first that decodes is it. So nothing is decoded twice to find a better one, and
// unions within unions cost no more than their depth.
#include <cmath>
#include <cstdint>
#include <string>

#include "decoder.hpp"
#include "describe.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

namespace {

enum class Fit : std::uint8_t { kNo, kAccepted, kNatural };

Fit NaturalIf(bool natural) { return natural ? Fit::kNatural : Fit::kNo; }
Fit AcceptedIf(bool accepted) { return accepted ? Fit::kAccepted : Fit::kNo; }

bool IsArrayOrProxy(v8::Local<v8::Value> value) { return value->IsArray() || value->IsProxy(); }

Fit FitOfNumber(v8::Local<v8::Value> value, const TypeInfo& type) {
  if (value->IsBigInt()) {
    return NaturalIf(type.kind == Kind::kInt64 || type.kind == Kind::kUint64);
  }
  if (!value->IsNumber()) return Fit::kNo;
  const double number = value.As<v8::Number>()->Value();
  switch (type.kind) {
    case Kind::kInt64:
    case Kind::kUint64:
      return Fit::kAccepted;
    case Kind::kFloat:
      return std::isnan(number) || static_cast<double>(static_cast<float>(number)) == number
                 ? Fit::kNatural
                 : Fit::kAccepted;
    default:
      return Fit::kNatural;
  }
}

// Whether an object has nothing but what the struct takes: {x, y} is rather a Point than a struct
// of x alone.
Fit FitOfStruct(v8::Local<v8::Context> context, v8::Local<v8::Value> value, const TypeInfo& type) {
  if (!value->IsObject()) return Fit::kNo;
  if (value->IsProxy()) return Fit::kNatural;  // not asked: its traps may throw
  v8::Local<v8::Array> names;
  if (IsArrayOrProxy(value) || IsMemory(value) ||
      !value.As<v8::Object>()->GetOwnPropertyNames(context).ToLocal(&names)) {
    return Fit::kAccepted;
  }
  const std::size_t fields = static_cast<const StructOps*>(type.ops)->info().fields.size();
  return names->Length() <= fields ? Fit::kNatural : Fit::kAccepted;
}

Fit FitOfObject(v8::Local<v8::Context> context, v8::Local<v8::Value> value, const TypeInfo& type) {
  const bool object = value->IsObject();
  switch (type.kind) {
    case Kind::kTuple:
    case Kind::kSequence:
    case Kind::kList:
      if (IsArrayOrProxy(value)) return Fit::kNatural;
      return AcceptedIf(value->IsTypedArray());
    case Kind::kSet:
      return value->IsSet() ? Fit::kNatural : AcceptedIf(IsArrayOrProxy(value));
    case Kind::kMap:
      return value->IsMap() ? Fit::kNatural : AcceptedIf(object);
    case Kind::kRecord:
      return value->IsMap() ? Fit::kAccepted : NaturalIf(object && !value->IsArray());
    case Kind::kBytes:
    case Kind::kBytesCopy:
      if (value->IsUint8Array()) return Fit::kNatural;
      return AcceptedIf(IsMemory(value) || value->IsArray());
    case Kind::kDate:
      return NaturalIf(value->IsDate());
    case Kind::kMethod:
    case Kind::kConstructor:
    case Kind::kFunction:
    case Kind::kClass:
      return NaturalIf(value->IsFunction());
    case Kind::kInstance:
      return NaturalIf(object);
    case Kind::kStruct:
      return FitOfStruct(context, value, type);
    case Kind::kErrorCode:
    case Kind::kException:
      return value->IsNativeError() ? Fit::kNatural
                                    : AcceptedIf(object || value->IsNullOrUndefined());
    case Kind::kJsError:
      return value->IsNativeError() ? Fit::kNatural : AcceptedIf(object);
    default:
      return AcceptedIf(object);
  }
}

Fit FitOf(v8::Local<v8::Context> context, v8::Local<v8::Value> value, const TypeInfo& type) {
  if (IsNumber(type.kind)) return FitOfNumber(value, type);
  switch (type.kind) {
    case Kind::kUndefined:
    case Kind::kNull:
      return NaturalIf(value->IsNullOrUndefined());
    case Kind::kBool:
      return NaturalIf(value->IsBoolean());
    case Kind::kDuration:
      return NaturalIf(value->IsNumber());
    case Kind::kChar:
    case Kind::kString:
    case Kind::kString16:
    case Kind::kPath:
      return NaturalIf(value->IsString());
    case Kind::kEnum:
      return NaturalIf(static_cast<const EnumOps*>(type.ops)->values.empty() ? value->IsNumber()
                                                                             : value->IsString());
    case Kind::kOptional:
      return value->IsNullOrUndefined() ? Fit::kNatural : FitOf(context, value, *type.element);
    case Kind::kVariant: {
      Fit best = Fit::kNo;
      for (const TypeInfo* one : static_cast<const VariantOps*>(type.ops)->types) {
        best = std::max(best, FitOf(context, value, *one));
      }
      return best;
    }
    case Kind::kCustom:
      return Fit::kNatural;
    case Kind::kValue:
      return Fit::kAccepted;  // takes what nothing else wants
    default:
      return FitOfObject(context, value, type);
  }
}

}  // namespace

bool Decoder::DecodeVariant(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& types = static_cast<const VariantOps*>(type.ops)->types;
  const std::size_t first = misfits_.size();
  for (const Fit wanted : {Fit::kNatural, Fit::kAccepted}) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (FitOf(context_, value, *types[i]) != wanted) continue;
      if (DecodeAlternative(value, type, i, result)) {
        misfits_.resize(first);
        return true;
      }
    }
  }
  return RefuseAll(value, type, first);
}

bool Decoder::DecodeAlternative(v8::Local<v8::Value> value, const TypeInfo& type, std::size_t index,
                                void* result) {
  const auto& ops = *static_cast<const VariantOps*>(type.ops);
  const std::size_t first = misfits_.size();
  if (Decode(value, *ops.types[index], ops.emplace(result, index))) return true;
  for (std::size_t i = first; i < misfits_.size(); ++i) {
    misfits_[i].text += " (as " + TypeScriptName(*ops.types[index]) + ")";
  }
  return false;
}

// One misfit for the whole union: what would have been right, and where those that looked right
// went wrong.
bool Decoder::RefuseAll(v8::Local<v8::Value> value, const TypeInfo& type, std::size_t first) {
  std::string tried;
  bool out_of_range = misfits_.size() > first;
  for (std::size_t i = first; i < misfits_.size(); ++i) {
    const Misfit& misfit = misfits_[i];
    out_of_range = out_of_range && misfit.out_of_range;
    const std::string_view path =
        misfit.path.starts_with('.') ? std::string_view(misfit.path).substr(1) : misfit.path;
    tried += (tried.empty() ? "; " : ", ");
    tried += path.empty() ? misfit.text : std::string(path) + ": " + misfit.text;
  }
  misfits_.resize(first);
  RefuseAs(value, TypeScriptName(type), out_of_range);
  misfits_.back().text += tried;
  return false;
}

}  // namespace nodehost::detail
