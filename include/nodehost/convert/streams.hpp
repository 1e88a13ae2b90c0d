// Streams in JavaScript: Readable, Writable, Duplex, Transform and the web's.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/streams.hpp"

namespace nodehost::detail {

enum class ChunkKind : std::uint8_t { kBytes, kText, kObjects };

/// Of one end. `element` of its TypeInfo is the type of the chunks.
struct StreamOps {
  ChunkKind kind = ChunkKind::kBytes;
  bool is_web = false;
  TextEncoding encoding = TextEncoding::kUtf8;
  /// Makes `stream` the end of a new stream, whose other end is JavaScript's.
  std::shared_ptr<StreamQueue> (*make)(void* stream);
  std::shared_ptr<StreamQueue> (*state)(const void* stream);  ///< null when empty
};

/// Of a pair.
struct StreamPairOps {
  const TypeInfo* readable;
  const TypeInfo* writable;
  void* (*readable_of)(void* pair);
  void* (*writable_of)(void* pair);
  bool is_transform = false;
  bool is_web = false;
};

namespace conversions {
extern NODEHOST_API const Conversion kReadStream;   // StreamOps
extern NODEHOST_API const Conversion kWriteStream;  // StreamOps
extern NODEHOST_API const Conversion kStreamPair;   // StreamPairOps
}  // namespace conversions

template <class T>
inline constexpr ChunkKind kChunkKind = std::same_as<T, Bytes>         ? ChunkKind::kBytes
                                        : std::same_as<T, std::string> ? ChunkKind::kText
                                                                       : ChunkKind::kObjects;

/// `S` is a ReadStream or WriteStream. Web<S> and StreamWith<S> have it as their first member, at
/// the same address.
template <class S, bool kWeb, StreamOptions kOptions = StreamOptions{}>
struct StreamOf {
  using Chunk = typename S::Chunk;

  static constexpr std::size_t kMark = kOptions.high_water_mark.is_default
                                           ? kDefaultHighWaterMark<Chunk>
                                           : kOptions.high_water_mark.value;

  static constexpr StreamOps kOps{kChunkKind<Chunk>, kWeb, kOptions.encoding,
                                  [](void* stream) -> std::shared_ptr<StreamQueue> {
                                    auto state = std::make_shared<StreamState<Chunk>>(kMark);
                                    *static_cast<S*>(stream) = S(state);
                                    return state;
                                  },
                                  [](const void* stream) -> std::shared_ptr<StreamQueue> {
                                    return static_cast<const S*>(stream)->state();
                                  }};
};

template <class T>
struct InfoOf<ReadStream<T>> {
  using Of = StreamOf<ReadStream<T>, false>;
  static constexpr TypeInfo Make() {
    return MakeInfo<ReadStream<T>>(conversions::kReadStream, &Of::kOps, &kTypeInfo<T>);
  }
};
template <class T>
struct InfoOf<WriteStream<T>> {
  using Of = StreamOf<WriteStream<T>, false>;
  static constexpr TypeInfo Make() {
    return MakeInfo<WriteStream<T>>(conversions::kWriteStream, &Of::kOps, &kTypeInfo<T>);
  }
};
template <class T>
struct InfoOf<Web<ReadStream<T>>> {
  using Of = StreamOf<ReadStream<T>, true>;
  static constexpr TypeInfo Make() {
    return MakeInfo<Web<ReadStream<T>>>(conversions::kReadStream, &Of::kOps, &kTypeInfo<T>);
  }
};
template <class T>
struct InfoOf<Web<WriteStream<T>>> {
  using Of = StreamOf<WriteStream<T>, true>;
  static constexpr TypeInfo Make() {
    return MakeInfo<Web<WriteStream<T>>>(conversions::kWriteStream, &Of::kOps, &kTypeInfo<T>);
  }
};

template <class T, StreamOptions kOptions>
struct InfoOf<StreamWith<ReadStream<T>, kOptions>> {
  using S = StreamWith<ReadStream<T>, kOptions>;
  using Of = StreamOf<ReadStream<T>, false, kOptions>;
  static constexpr TypeInfo Make() {
    return MakeInfo<S>(conversions::kReadStream, &Of::kOps, &kTypeInfo<T>);
  }
};
template <class T, StreamOptions kOptions>
struct InfoOf<StreamWith<WriteStream<T>, kOptions>> {
  using S = StreamWith<WriteStream<T>, kOptions>;
  using Of = StreamOf<WriteStream<T>, false, kOptions>;
  static constexpr TypeInfo Make() {
    return MakeInfo<S>(conversions::kWriteStream, &Of::kOps, &kTypeInfo<T>);
  }
};

template <class P, bool kTransform, bool kWeb>
struct StreamPairOf {
  template <class S>
  using Part = std::conditional_t<kWeb, Web<S>, S>;

  static constexpr StreamPairOps kOps{
      &kTypeInfo<Part<decltype(P::readable)>>,
      &kTypeInfo<Part<decltype(P::writable)>>,
      [](void* pair) -> void* { return std::addressof(static_cast<P*>(pair)->readable); },
      [](void* pair) -> void* { return std::addressof(static_cast<P*>(pair)->writable); },
      kTransform,
      kWeb};
};

template <class R, class W>
struct InfoOf<Duplex<R, W>> {
  using D = Duplex<R, W>;
  static constexpr TypeInfo Make() {
    return MakeInfo<D>(conversions::kStreamPair, &StreamPairOf<D, false, false>::kOps);
  }
};
template <class In, class Out>
struct InfoOf<Transform<In, Out>> {
  using D = Transform<In, Out>;
  static constexpr TypeInfo Make() {
    return MakeInfo<D>(conversions::kStreamPair, &StreamPairOf<D, true, false>::kOps);
  }
};
template <class R, class W>
struct InfoOf<Web<Duplex<R, W>>> {
  using D = Duplex<R, W>;
  static constexpr TypeInfo Make() {
    return MakeInfo<Web<D>>(conversions::kStreamPair, &StreamPairOf<D, false, true>::kOps);
  }
};
template <class In, class Out>
struct InfoOf<Web<Transform<In, Out>>> {
  using D = Transform<In, Out>;
  static constexpr TypeInfo Make() {
    return MakeInfo<Web<D>>(conversions::kStreamPair, &StreamPairOf<D, true, true>::kOps);
  }
};

}  // namespace nodehost::detail
