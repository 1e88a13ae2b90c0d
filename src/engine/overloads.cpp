#include "overloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "convert/decoder.hpp"
#include "describe.hpp"
#include "js_errors.hpp"
#include "native_call.hpp"
#include "nodehost/convert/callables.hpp"
#include "nodehost/convert/containers.hpp"
#include "parameters.hpp"

namespace nodehost::detail {

namespace {

// By a look at the arguments.
bool MayFit(const NativeCall& call, const Signature& signature) {
  const auto given = static_cast<std::uint32_t>(call.count());
  const bool takes_more = TakesRest(signature);
  if (given < RequiredOf(signature) || (given > signature.count && !takes_more)) return false;
  Decoder decoder(call.realm(), v8::Undefined(call.realm().isolate()));
  for (std::uint32_t i = 0; i < given; ++i) {
    const TypeInfo& type = *signature.arguments[std::min(i, signature.count - 1)];
    if (type.Is(conversions::kArguments)) break;
    const TypeInfo& taken = type.Is(conversions::kRest) ? *type.element : type;
    if (decoder.FitOf(call.argument(i), taken) == Fit::kNo) return false;
  }
  return true;
}

template <class List>
[[noreturn]] void ThrowNoneFits(const NativeCall& call, const List& overloads) {
  Realm& realm = call.realm();
  std::string given;
  for (int i = 0; i < call.count(); ++i) {
    given += (i == 0 ? "" : ", ") + DescribeValue(realm.isolate(), realm.context(),
                                                  call.argument(static_cast<std::uint32_t>(i)));
  }
  std::string expected;
  for (const auto& overload : overloads) {
    expected += (expected.empty() ? "" : " or ") +
                ParameterList(*overload.signature, ParameterTypes::kInErrors);
  }
  ThrowTypeError(fmt::format("{}: expected {}, got ({})", call.name(), expected, given));
}

// `serve(overload)` for the one that fits.
template <class List, class Serve>
auto Choose(NativeCall& call, const List& overloads, Serve serve) {
  if (overloads.size() == 1) return serve(overloads.front());
  call.set_trial(true);
  for (const auto& overload : overloads) {
    if (!MayFit(call, *overload.signature)) continue;
    try {
      return serve(overload);
    } catch (const TrialFailed&) {
      continue;
    }
  }
  ThrowNoneFits(call, overloads);
}

template <class List>
int Length(const List& overloads) {
  std::uint32_t length = overloads.empty() ? 0 : RequiredOf(*overloads.front().signature);
  for (const auto& overload : overloads) length = std::min(length, RequiredOf(*overload.signature));
  return static_cast<int>(length);
}

}  // namespace

int LengthOf(const std::vector<Overload>& overloads) { return Length(overloads); }
int LengthOf(const std::vector<Construction>& overloads) { return Length(overloads); }

void CallOverload(NativeCall& call, const std::vector<Overload>& overloads, void* self) {
  Choose(call, overloads, [&](const Overload& overload) { overload.serve(call, self); });
}

Made MakeOverload(NativeCall& call, const std::vector<Construction>& overloads) {
  return Choose(call, overloads,
                [&](const Construction& construction) { return construction.make(call); });
}

}  // namespace nodehost::detail
