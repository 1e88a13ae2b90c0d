// UvHandle: one handle of libuv's, owned. It lives on the heap, because libuv uses it until the
// loop has turned once more after uv_close.
#pragma once

#include <uv.h>

#include <memory>
#include <type_traits>
#include <utility>

namespace nodehost::detail {

/// Closed by its destructor at the latest, on the loop's thread, while the loop still turns. Those
/// of one object close in the reverse order of their declaration.
template <class T>
class UvHandle {
 public:
  UvHandle() = default;
  ~UvHandle() { Close(); }
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;

  /// Makes the handle with `init`, one of libuv's uv_*_init, and its arguments behind the handle.
  /// `data` is what callbacks find in `handle->data`. Returns libuv's error.
  template <class Init, class... Rest>
  int Open(void* data, Init init, uv_loop_t* loop, Rest... rest) {
    auto handle = std::make_unique<T>();
    const int error = init(loop, handle.get(), rest...);
    if (error != 0) return error;
    handle->data = data;
    handle_ = handle.release();
    return 0;
  }

  /// Its callbacks are not called any more. Nothing happens if it is closed.
  void Close() noexcept {
    if (!handle_) return;
    uv_close(AsBase(), [](uv_handle_t* base) { delete reinterpret_cast<T*>(base); });
    handle_ = nullptr;
  }

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// For libuv's functions; null if it is closed.
  T* get() const noexcept { return handle_; }

  /// The handle as its base in libuv; a TCP socket and a pipe are streams.
  uv_stream_t* stream()
      const noexcept requires std::is_same_v<T, uv_tcp_t> || std::is_same_v<T, uv_pipe_t> {
    return reinterpret_cast<uv_stream_t*>(handle_);
  }

  /// Whether the loop goes on for as long as the handle is active.
  void Ref() noexcept { uv_ref(AsBase()); }
  void Unref() noexcept { uv_unref(AsBase()); }
  bool is_active() const noexcept { return handle_ && uv_is_active(AsBase()) != 0; }
  bool has_ref() const noexcept { return handle_ && uv_has_ref(AsBase()) != 0; }

 private:
  uv_handle_t* AsBase() const noexcept { return reinterpret_cast<uv_handle_t*>(handle_); }

  T* handle_ = nullptr;
};

}  // namespace nodehost::detail
