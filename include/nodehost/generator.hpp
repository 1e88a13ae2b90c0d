// Generator and AsyncGenerator: C++ coroutines that yield, which JavaScript iterates over.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "nodehost/errors.hpp"
#include "nodehost/streams.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

/// A coroutine that yields: `nh::Generator<int> Count() { for (int i = 0; ; ++i) co_yield i; }`. It
/// runs while somebody asks for the next item, on that thread. In C++ it is a range; in JavaScript
/// an iterator for `for...of` and `for await`, which ends the coroutine when the loop is left. What
/// it throws comes out of the step. It is gone over once; copies are the same generator. One thread
/// at a time.
template <class T>
class Generator {
 public:
  using Item = T;

  struct promise_type {
    std::optional<T> item;
    std::exception_ptr error;
    bool running = false;

    Generator get_return_object() {
      return Generator(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    template <class U>
    std::suspend_always yield_value(U&& value) {
      item.emplace(std::forward<U>(value));
      return {};
    }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
    // A generator awaits nothing: AsyncGenerator does.
    void await_transform() = delete;
  };

  /// An empty one, which is at its end.
  Generator() noexcept = default;

  /// The next item, or nothing at the end. Throws what the coroutine throws, and HostError when it
  /// is called inside the coroutine.
  std::optional<T> Next() const {
    if (!coroutine_ || !coroutine_->handle || coroutine_->handle.done()) return std::nullopt;
    CheckNotRunning();
    const std::shared_ptr<Coroutine> kept = coroutine_;
    promise_type& promise = kept->handle.promise();
    promise.item.reset();
    promise.running = true;
    kept->handle.resume();
    promise.running = false;
    if (promise.error) std::rethrow_exception(std::exchange(promise.error, nullptr));
    return std::move(promise.item);
  }

  /// No more is wanted: destroys the coroutine. Throws HostError when the coroutine itself asks.
  void Stop() const {
    if (!coroutine_ || !coroutine_->handle) return;
    CheckNotRunning();
    coroutine_->Destroy();
  }

  /// The items that are left.
  auto begin() const { return Iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  struct Coroutine {
    explicit Coroutine(std::coroutine_handle<promise_type> of) noexcept : handle(of) {}
    Coroutine(const Coroutine&) = delete;
    Coroutine& operator=(const Coroutine&) = delete;
    ~Coroutine() { Destroy(); }
    void Destroy() noexcept {
      if (const auto gone = std::exchange(handle, nullptr)) gone.destroy();
    }
    std::coroutine_handle<promise_type> handle;
  };

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(Generator generator) : generator_(std::move(generator)) { ++*this; }
    T& operator*() noexcept { return *item_; }
    Iterator& operator++() {
      item_ = generator_.Next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
      return !iterator.item_;
    }

   private:
    Generator generator_;
    std::optional<T> item_;
  };

  void CheckNotRunning() const {
    if (coroutine_->handle.promise().running) throw HostError("Generator is already running");
  }

  explicit Generator(std::coroutine_handle<promise_type> coroutine)
      : coroutine_(std::make_shared<Coroutine>(coroutine)) {}

  std::shared_ptr<Coroutine> coroutine_;
};

/// A coroutine that yields and awaits Tasks between: an async generator. The body begins at once,
/// and then stays one item ahead of who reads. `stream()` is what it yields; in JavaScript that is
/// for `for await`, and leaving the loop makes the next `co_yield` throw inside the coroutine.
template <class T>
class AsyncGenerator {
 public:
  class promise_type {
   public:
    AsyncGenerator get_return_object() { return AsyncGenerator(std::move(pipe_.readable)); }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    Task<> yield_value(T item) { return pipe_.writable.Write(std::move(item)); }
    void return_void() { static_cast<void>(End(pipe_.writable)); }
    void unhandled_exception() noexcept { pipe_.writable.Destroy(std::current_exception()); }

   private:
    // The Task of the end is dropped, so that its failure must not be reported.
    static Task<> End(WriteStream<T> out) {
      try {
        co_await out.End();
      } catch (...) {
      }
    }
    Pipe<T> pipe_ = NewPipe<T>(0);
  };

  AsyncGenerator() noexcept = default;

  const ReadStream<T>& stream() const noexcept { return stream_; }

 private:
  explicit AsyncGenerator(ReadStream<T> stream) noexcept : stream_(std::move(stream)) {}
  ReadStream<T> stream_;
};

}  // namespace nodehost
