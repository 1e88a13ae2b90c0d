// std::optional, std::variant, and std::tuple.
//
// Of a union: which alternative a value is meant for.
//
// A look at the value alone, without decoding it, says for each alternative whether it is natural
// (a number for double), only accepted (a number for std::int64_t, an Array for std::set) or
// impossible. The natural ones are tried first, then the accepted ones, each in the order of the
// std::variant. The first that decodes and leaves no property of an object out is it; failing that,
// the one that leaves out the fewest. Each union within decides once about an object (Choices), so
// that the work grows with the size of the value and its depth.
#include "nodehost/convert/variants.hpp"

#include <fmt/format.h>

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
#include "engine/type_names.hpp"
#include "nodehost/convert/values.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

// A | B, each once: a variant of int and double is a number.
std::string UnionName(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto here = names.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(names.begin(), here, names[i]) != here) continue;
    const bool function = names.size() > 1 && names[i].find("=>") != std::string::npos;
    if (!text.empty()) text += " | ";
    text += function ? fmt::format("({})", names[i]) : names[i];
  }
  return text;
}

std::string Grouped(const std::string& name) {
  return name.find_first_of(" ?") == std::string::npos ? name : fmt::format("({})", name);
}

namespace {

// ---- std::optional ----

v8::Local<v8::Value> OptionalToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const void* const held = OpsOf<OptionalOps>(type).get(value);
  if (!held) return v8::Undefined(encoder.isolate());
  // An outer optional that holds an empty one is null, an empty outer one undefined: so both come
  // back.
  if (type.element->Is(conversions::kOptional) && !OpsOf<OptionalOps>(*type.element).get(held)) {
    return v8::Null(encoder.isolate());
  }
  return encoder.Encode(*type.element, held);
}

// Whether null is a value of this type, and not only accepted as a missing one.
bool HasNull(const TypeInfo& type) {
  if (type.Is(conversions::kOptional) || type.Is(conversions::kNull)) return true;
  if (!type.Is(conversions::kVariant)) return false;
  const auto& types = OpsOf<VariantOps>(type).types;
  return std::any_of(types.begin(), types.end(), [](const TypeInfo* one) { return HasNull(*one); });
}

bool OptionalFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  const auto& ops = OpsOf<OptionalOps>(type);
  if (value->IsUndefined() || (value->IsNull() && !HasNull(*type.element))) {
    ops.reset(result);
    return true;
  }
  return decoder.Decode(value, *type.element, ops.emplace(result));
}

Fit OptionalFit(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type) {
  return value->IsNullOrUndefined() ? Fit::kNatural : decoder.FitOf(value, *type.element);
}

std::string OptionalName(const TypeInfo& type) {
  const bool two = type.element->Is(conversions::kOptional);
  const std::string held = TypeScriptName(two ? *type.element->element : *type.element);
  return two ? UnionName({held, "null", "undefined"}) : UnionName({held, "undefined"});
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
    decoder.misfits()[i].text += fmt::format(" (as {})", NameInErrors(*ops.types[index]));
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
    tried += path.empty() ? misfit.text : fmt::format("{}: {}", path, misfit.text);
  }
  decoder.misfits().resize(first);
  decoder.RefuseAs(value, NameInErrors(type), out_of_range);
  decoder.misfits().back().text += tried;
  return false;
}

// Among the alternatives that fit as `wanted`, the one that takes the value; `result` holds it.
// Choices::kNone if there is none.
std::size_t BestOf(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   std::span<const Fit> fits, Fit wanted, void* result) {
  Choices::Trial trial(decoder.choices());
  std::size_t best = Choices::kNone;
  std::size_t least = 0;
  std::size_t held = Choices::kNone;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (fits[i] != wanted) continue;
    trial.Restart();
    held = i;
    if (!AlternativeFromJs(decoder, value, type, i, result)) continue;
    if (best == Choices::kNone || trial.left_out() < least) {
      best = i;
      least = trial.left_out();
    }
    if (least == 0) return best;
  }
  if (best == Choices::kNone || best == held) return best;
  trial.Restart();
  return AlternativeFromJs(decoder, value, type, best, result) ? best : Choices::kNone;
}

bool VariantFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   void* result) {
  const std::size_t first = decoder.misfits().size();
  const auto& types = OpsOf<VariantOps>(type).types;
  if (const auto* known = decoder.choices().Find(decoder.isolate(), value, type)) {
    if (known->index == Choices::kNone) return decoder.Refuse(value, type);
    return AlternativeFromJs(decoder, value, type, known->index, result);
  }
  std::vector<Fit> fits;
  fits.reserve(types.size());
  for (const TypeInfo* one : types) fits.push_back(decoder.FitOf(value, *one));
  const auto may_fit = [](Fit fit) { return fit != Fit::kNo; };
  const auto only = std::find_if(fits.begin(), fits.end(), may_fit);
  if (std::count_if(fits.begin(), fits.end(), may_fit) == 1) {
    const auto index = static_cast<std::size_t>(only - fits.begin());
    return AlternativeFromJs(decoder, value, type, index, result) ||
           RefuseAll(decoder, value, type, first);
  }
  std::size_t best = BestOf(decoder, value, type, fits, Fit::kNatural, result);
  if (best == Choices::kNone) best = BestOf(decoder, value, type, fits, Fit::kAccepted, result);
  if (decoder.choices().trying()) decoder.choices().Keep(decoder.isolate(), value, type, best);
  if (best == Choices::kNone) return RefuseAll(decoder, value, type, first);
  decoder.misfits().resize(first);
  return true;
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

// How many elements must be there: as optional parameters may be left out, so may optional
// elements at the end.
std::size_t RequiredOf(std::span<const TypeInfo* const> types) {
  std::size_t required = types.size();
  while (required > 0 && types[required - 1]->Is(conversions::kOptional)) --required;
  return required;
}

bool TupleFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const Decoder::Level level(decoder);
  if (level.too_deep()) return decoder.RefuseDepth();
  std::uint32_t length = 0;
  if (!decoder.GetLength(value, length)) return decoder.Refuse(value, type);
  const auto& ops = OpsOf<TupleOps>(type);
  if (length < RequiredOf(ops.types) || length > ops.types.size()) {
    return decoder.RefuseLength(NameInErrors(type), RequiredOf(ops.types), ops.types.size(),
                                length);
  }
  for (std::uint32_t i = 0; i < ops.types.size(); ++i) {
    const v8::HandleScope scope(decoder.isolate());
    const std::size_t first = decoder.misfits().size();
    // The ops are for reading; the tuple itself is not const.
    void* const element = const_cast<void*>(ops.element(result, i));
    const v8::Local<v8::Value> item = i < length ? decoder.Get(value.As<v8::Object>(), i)
                                                 : v8::Undefined(decoder.isolate()).As<v8::Value>();
    if (!decoder.Decode(item, *ops.types[i], element)) {
      return decoder.Within(first, IndexStep(i));
    }
  }
  return true;
}

std::string TupleName(const TypeInfo& type) {
  const auto& types = OpsOf<TupleOps>(type).types;
  std::string text;
  for (std::size_t i = 0; i < types.size(); ++i) {
    text += i == 0 ? "" : ", ";
    if (i < RequiredOf(types)) {
      text += TypeScriptName(*types[i]);
    } else {
      text += Grouped(TypeScriptName(*types[i]->element)) + '?';
    }
  }
  return fmt::format("[{}]", text);
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
