// std::optional, std::variant, and std::tuple.
//
// Of a union: which alternative a value is meant for.
//
// A look at the value alone, without decoding it, says for each alternative whether it is natural
// (a number for double), only accepted (a number for std::int64_t, an Array for std::set) or
// impossible. The natural ones are tried first, then the accepted ones, each in the order of the
// std::variant; the first that decodes is it. So nothing is decoded twice to find a better one, and
// unions within unions cost no more than their depth.
#include "nodehost/convert/variants.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/sequences.hpp"
#include "engine/convert/union_name.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

// A | B, each once: a variant of int and double is a number.
std::string UnionName(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto here = names.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(names.begin(), here, names[i]) != here) continue;
    const bool function = names.size() > 1 && names[i].find("=>") != std::string::npos;
    text += (text.empty() ? "" : " | ") + (function ? "(" + names[i] + ")" : names[i]);
  }
  return text;
}

namespace {

// ---- std::optional ----

v8::Local<v8::Value> OptionalToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const void* const held = OpsOf<OptionalOps>(type).get(value);
  if (!held) return v8::Undefined(encoder.isolate());
  return encoder.Encode(*type.element, held);
}

bool OptionalFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  const auto& ops = OpsOf<OptionalOps>(type);
  if (value->IsNullOrUndefined()) {
    ops.reset(result);
    return true;
  }
  return decoder.Decode(value, *type.element, ops.emplace(result));
}

Fit OptionalFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  return value->IsNullOrUndefined() ? Fit::kNatural : decoder.FitOf(value, *type.element);
}

std::string OptionalName(const TypeInfo& type) {
  return UnionName({TypeScriptName(*type.element), "undefined"});
}

// ---- std::variant ----

v8::Local<v8::Value> VariantToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const auto& ops = OpsOf<VariantOps>(type);
  const std::size_t index = ops.index(value);
  if (index >= ops.types.size())
    Encoder::Refuse("a std::variant that lost its value to an exception");
  return encoder.Encode(*ops.types[index], ops.get(value));
}

bool AlternativeFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                       std::size_t index, void* result) {
  const auto& ops = OpsOf<VariantOps>(type);
  const std::size_t first = decoder.misfits().size();
  if (decoder.Decode(value, *ops.types[index], ops.emplace(result, index))) return true;
  for (std::size_t i = first; i < decoder.misfits().size(); ++i) {
    decoder.misfits()[i].text += " (as " + TypeScriptName(*ops.types[index]) + ")";
  }
  return false;
}

// One misfit for the whole union: what would have been right, and where those that looked right
// went wrong.
bool RefuseAll(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
               std::size_t first) {
  std::string tried;
  bool out_of_range = decoder.misfits().size() > first;
  for (std::size_t i = first; i < decoder.misfits().size(); ++i) {
    const Decoder::Misfit& misfit = decoder.misfits()[i];
    out_of_range = out_of_range && misfit.out_of_range;
    const std::string_view path =
        misfit.path.starts_with('.') ? std::string_view(misfit.path).substr(1) : misfit.path;
    tried += (tried.empty() ? "; " : ", ");
    tried += path.empty() ? misfit.text : std::string(path) + ": " + misfit.text;
  }
  decoder.misfits().resize(first);
  decoder.RefuseAs(value, TypeScriptName(type), out_of_range);
  decoder.misfits().back().text += tried;
  return false;
}

bool VariantFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   void* result) {
  const auto& types = OpsOf<VariantOps>(type).types;
  const std::size_t first = decoder.misfits().size();
  for (const Fit wanted : {Fit::kNatural, Fit::kAccepted}) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (decoder.FitOf(value, *types[i]) != wanted) continue;
      if (AlternativeFromJs(decoder, value, type, i, result)) {
        decoder.misfits().resize(first);
        return true;
      }
    }
  }
  return RefuseAll(decoder, value, type, first);
}

Fit VariantFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  Fit best = Fit::kNo;
  for (const TypeInfo* one : OpsOf<VariantOps>(type).types) {
    best = std::max(best, decoder.FitOf(value, *one));
  }
  return best;
}

std::vector<std::string> NamesOf(std::span<const TypeInfo* const> types) {
  std::vector<std::string> names;
  for (const TypeInfo* type : types) names.push_back(TypeScriptName(*type));
  return names;
}

std::string VariantName(const TypeInfo& type) {
  return UnionName(NamesOf(OpsOf<VariantOps>(type).types));
}

// ---- std::tuple, std::pair ----

v8::Local<v8::Value> TupleToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const Encoder::Level level(encoder);
  const auto& ops = OpsOf<TupleOps>(type);
  v8::EscapableHandleScope scope(encoder.isolate());
  std::vector<v8::Local<v8::Value>> items(ops.types.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i] = encoder.Part(*ops.types[i], ops.element(value, i), [&] { return IndexStep(i); });
  }
  return scope.Escape(v8::Array::New(encoder.isolate(), items.data(), items.size()));
}

bool TupleFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  std::uint32_t length = 0;
  if (!decoder.GetLength(value, length)) return decoder.Refuse(value, type);
  const auto& ops = OpsOf<TupleOps>(type);
  if (length != ops.types.size()) {
    return decoder.RefuseLength(TypeScriptName(type), ops.types.size(), length);
  }
  for (std::uint32_t i = 0; i < length; ++i) {
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    // The ops are for reading; the tuple itself is not const.
    void* const element = const_cast<void*>(ops.element(result, i));
    if (!decoder.Decode(decoder.Get(value.As<v8::Object>(), i), *ops.types[i], element)) {
      return decoder.Within(first, IndexStep(i));
    }
  }
  return true;
}

std::string TupleName(const TypeInfo& type) {
  std::string text;
  for (const std::string& name : NamesOf(OpsOf<TupleOps>(type).types)) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return "[" + text + "]";
}

}  // namespace

namespace conversions {

constinit const Conversion kOptional{.to_js = &OptionalToJs,
                                     .from_js = &OptionalFromJs,
                                     .fit = &OptionalFit,
                                     .typescript_of = &OptionalName};
constinit const Conversion kVariant{.to_js = &VariantToJs,
                                    .from_js = &VariantFromJs,
                                    .fit = &VariantFit,
                                    .typescript_of = &VariantName};
constinit const Conversion kTuple{
    .to_js = &TupleToJs, .from_js = &TupleFromJs, .fit = &ArrayFit, .typescript_of = &TupleName};

}  // namespace conversions

}  // namespace nodehost::detail
