// std::istream and std::ostream on streams, for code that reads and writes those. They block: not
// for a JS thread.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <ostream>
#include <span>
#include <streambuf>
#include <string_view>
#include <utility>

#include "nodehost/bytes.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/streams.hpp"

namespace nodehost {

namespace detail {

class ReadBuffer final : public std::streambuf {
 public:
  explicit ReadBuffer(ReadStream<> stream) : stream_(std::move(stream)) {}

 protected:
  int_type underflow() override {
    while (gptr() == egptr()) {
      std::optional<Bytes> next = stream_.ReadBlocking();
      if (!next) return traits_type::eof();
      chunk_ = *std::move(next);
      char* const data = reinterpret_cast<char*>(chunk_.data());
      setg(data, data, data + chunk_.size());
    }
    return traits_type::to_int_type(*gptr());
  }

 private:
  ReadStream<> stream_;
  Bytes chunk_;
};

class WriteBuffer final : public std::streambuf {
 public:
  WriteBuffer(WriteStream<> stream, std::size_t chunk_size)
      : stream_(std::move(stream)), chunk_size_(chunk_size > 1 ? chunk_size : 1) {
    Renew();
  }

  void End() {
    Send();
    stream_.End().Get();
  }

 protected:
  int_type overflow(int_type c) override {
    Send();
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
    return c;
  }
  int sync() override {
    Send();
    return 0;
  }

 private:
  // The memory goes to who reads: each chunk has its own.
  void Renew() {
    chunk_ = Bytes(chunk_size_);
    char* const data = reinterpret_cast<char*>(chunk_.data());
    setp(data, data + chunk_size_);
  }
  void Send() {
    const auto size = static_cast<std::size_t>(pptr() - pbase());
    if (size == 0) return;
    const Bytes full = chunk_.Slice(0, size);
    Renew();
    stream_.Write(full).Get();
  }

  WriteStream<> stream_;
  std::size_t chunk_size_;
  Bytes chunk_;
};

}  // namespace detail

/// A std::istream of a ReadStream. The chunks are read where they are, without a copy. What the
/// stream fails with is thrown.
class InputStream : public std::istream {
 public:
  explicit InputStream(ReadStream<> stream) : std::istream(nullptr), buffer_(std::move(stream)) {
    rdbuf(&buffer_);
    exceptions(std::ios::badbit);
  }

 private:
  detail::ReadBuffer buffer_;
};

/// A std::ostream of a WriteStream, in chunks of `chunk_size` bytes; `std::flush` sends what there
/// is. Blocks while there is no room. Without `End` the stream is destroyed when this goes: the
/// reader would not know whether all has come.
class OutputStream : public std::ostream {
 public:
  explicit OutputStream(WriteStream<> stream, std::size_t chunk_size = 65536)
      : std::ostream(nullptr), buffer_(std::move(stream), chunk_size) {
    rdbuf(&buffer_);
    exceptions(std::ios::badbit);
  }

  /// Sends the rest and waits until the other side has taken it in. Throws what the stream fails
  /// with.
  void End() { buffer_.End(); }

 private:
  detail::WriteBuffer buffer_;
};

}  // namespace nodehost
