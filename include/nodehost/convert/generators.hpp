// Generators of C++'s in JavaScript: a Generator is an iterator, an AsyncGenerator a Readable.
#pragma once

#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "nodehost/convert/streams.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/generator.hpp"

namespace nodehost::detail {

/// Of a Generator. `element` of its TypeInfo is the type of the items.
struct GeneratorOps {
  const TypeInfo* steps;
  /// Calls `visitor` with an object of the type `steps`.
  void (*visit)(const void* generator, Visitor visitor);
};

namespace conversions {
extern NODEHOST_API const Conversion kGenerator;       // GeneratorOps
extern NODEHOST_API const Conversion kAsyncGenerator;  // StreamOps
}  // namespace conversions

/// What JavaScript makes an iterator of: the next item, an array of one, or undefined at the end;
/// and the stop.
template <class T>
using GeneratorSteps =
    std::tuple<std::function<std::optional<std::tuple<T>>()>, std::function<void()>>;

template <class T>
struct GeneratorOf {
  static constexpr GeneratorOps kOps{
      &kTypeInfo<GeneratorSteps<T>>, [](const void* of, Visitor visitor) {
        const Generator<T> generator = *static_cast<const Generator<T>*>(of);
        const GeneratorSteps<T> steps{[generator]() -> std::optional<std::tuple<T>> {
                                        std::optional<T> item = generator.Next();
                                        if (!item) return std::nullopt;
                                        return std::tuple<T>(std::move(*item));
                                      },
                                      [generator] { generator.Stop(); }};
        visitor.visit(visitor.context, &steps, nullptr);
      }};
};

template <class T>
struct InfoOf<Generator<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<Generator<T>>(conversions::kGenerator, &GeneratorOf<T>::kOps, &kTypeInfo<T>);
  }
};

template <class T>
struct AsyncGeneratorOf {
  static constexpr StreamOps kOps{
      kChunkKind<T>, false, TextEncoding::kUtf8, nullptr,
      [](const void* of) -> std::shared_ptr<StreamQueue> {
        return static_cast<const AsyncGenerator<T>*>(of)->stream().state();
      }};
};

template <class T>
struct InfoOf<AsyncGenerator<T>> {
  static constexpr TypeInfo Make() {
    return MakeInfo<AsyncGenerator<T>>(conversions::kAsyncGenerator, &AsyncGeneratorOf<T>::kOps,
                                       &kTypeInfo<T>);
  }
};

}  // namespace nodehost::detail
