// Streams made of C++ coroutines: sources, sinks, and what changes data on its way.
#pragma once

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/detail/callable.hpp"
#include "nodehost/streams.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

namespace detail {

// The coroutines below run on what they own, since their callers return at once.

template <class T, class F>
Task<> RunSource(std::shared_ptr<F> function, WriteStream<T> out) {
  std::exception_ptr error;
  try {
    co_await detail::InvokeCallable(*function, out);
    co_await out.End();
  } catch (...) {
    error = std::current_exception();
  }
  // The reader gets the error; if it has stopped reading, the stream is destroyed already.
  if (error) out.Destroy(error);
}

template <class T, class F>
Task<> RunSink(std::shared_ptr<F> function, ReadStream<T> in) {
  try {
    co_await detail::InvokeCallable(*function, in);
    in.state()->consumer().Finish();
    in.Destroy();
  } catch (...) {
    in.Destroy(std::current_exception());
  }
}

template <class In, class Out, class F>
Task<> RunThrough(std::shared_ptr<F> function, ReadStream<In> in, WriteStream<Out> out) {
  std::exception_ptr error;
  try {
    co_await detail::InvokeCallable(*function, in, out);
    co_await out.End();
  } catch (...) {
    error = std::current_exception();
  }
  if (error) out.Destroy(error);
  in.Destroy(error);
}

}  // namespace detail

/// A stream of what `function` writes, a coroutine `Task<>(WriteStream<T>)`, which is called at
/// once and kept until it has ended. The end of the coroutine is the end of the stream, and what it
/// throws the error of the stream. It goes on where a coroutine started here does: on this JS
/// thread, or on the library's task thread, where nothing may block.
///
///     nh::ReadStream<> numbers = nh::ReadFrom([](nh::WriteStream<> out) -> nh::Task<> {
///       for (int i = 0; i < 1000; ++i) co_await out.Write(nh::Bytes::CopyOf("…"));
///     });
template <class T = Bytes, class F>
ReadStream<T> ReadFrom(F function, std::size_t high_water_mark = detail::kDefaultHighWaterMark<T>) {
  Pipe<T> pipe = NewPipe<T>(high_water_mark);
  static_cast<void>(
      detail::RunSource<T>(std::make_shared<F>(std::move(function)), std::move(pipe.writable)));
  return std::move(pipe.readable);
}

/// A stream that `function`, a coroutine `Task<>(ReadStream<T>)`, reads; it runs where that of
/// `ReadFrom` does. The stream has finished when `function` has read its end and has returned. When
/// `function` ends before that, the stream is destroyed, with what `function` throws.
template <class T = Bytes, class F>
WriteStream<T> WriteTo(F function, std::size_t high_water_mark = detail::kDefaultHighWaterMark<T>) {
  Pipe<T> pipe = NewPipe<T>(high_water_mark);
  pipe.readable.state()->consumer().DeferFinish();
  static_cast<void>(
      detail::RunSink<T>(std::make_shared<F>(std::move(function)), std::move(pipe.readable)));
  return std::move(pipe.writable);
}

/// A stream through `function`, a coroutine `Task<>(ReadStream<In>, WriteStream<Out>)` that runs
/// where that of `ReadFrom` does: a Transform in JavaScript.
template <class In = Bytes, class Out = In, class F>
Transform<In, Out> Through(F function) {
  Pipe<In> in = NewPipe<In>();
  Pipe<Out> out = NewPipe<Out>();
  static_cast<void>(detail::RunThrough<In, Out>(std::make_shared<F>(std::move(function)),
                                                std::move(in.readable), std::move(out.writable)));
  return {std::move(in.writable), std::move(out.readable)};
}

}  // namespace nodehost
