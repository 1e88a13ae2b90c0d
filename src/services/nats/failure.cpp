#include "failure.hpp"

#include <memory>
#include <utility>

#include "frame.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/hosting_model.hpp"

namespace nodehost::services::nats {

namespace {

enum class FailureKind : char {
  kJsError = 'j',
  kDeadlineExceeded = 'd',
  kInstanceEnded = 'i',
  kCancelled = 'c',
  kHostError = 'h',
};

constexpr int kDeepest = 16;  // causes of causes
constexpr std::string_view kCalledBy = " (called by NodeServices in ";

void Write(FrameWriter& out, const JsErrorData& data, int depth) {
  for (const std::string* const text :
       {&data.name, &data.message, &data.code, &data.stack, &data.thrown_json}) {
    out.Text(*text);
  }
  out.Byte(data.is_error ? 1 : 0).Number(data.properties.size());
  for (const JsErrorProperty& one : data.properties) {
    out.Text(one.name).Text(one.text).Text(one.json);
  }
  const bool deeper = depth < kDeepest;
  out.Byte(deeper && data.cause ? 1 : 0);
  if (deeper && data.cause) Write(out, *data.cause, depth + 1);
  out.Number(deeper ? data.errors.size() : 0);
  if (!deeper) return;
  for (const auto& one : data.errors) Write(out, *one, depth + 1);
}

JsErrorData ReadData(FrameReader& in, int depth) {
  if (depth > kDeepest) throw HostError("A message of NATS is no error of nodehost's.");
  JsErrorData data;
  for (std::string* const text :
       {&data.name, &data.message, &data.code, &data.stack, &data.thrown_json}) {
    *text = in.Text();
  }
  data.is_error = in.Byte() != 0;
  for (std::uint64_t left = in.Number(); left > 0; --left) {
    JsErrorProperty one;
    one.name = in.Text();
    one.text = in.Text();
    one.json = in.Text();
    data.properties.push_back(std::move(one));
  }
  if (in.Byte() != 0) data.cause = std::make_shared<JsErrorData>(ReadData(in, depth + 1));
  for (std::uint64_t left = in.Number(); left > 0; --left) {
    data.errors.push_back(std::make_shared<JsErrorData>(ReadData(in, depth + 1)));
  }
  return data;
}

template <class E>
std::string Started(FailureKind kind, const E& error) {
  return FrameWriter(static_cast<Kind>(kind))
      .Byte(error.started() ? 1 : 0)
      .Rest(error.what())
      .text();
}

template <class E>
std::exception_ptr MakeStarted(FrameReader& in) {
  const bool started = in.Byte() != 0;
  return std::make_exception_ptr(E(std::string(in.Rest()), started));
}

std::exception_ptr MakeJsError(FrameReader& in) {
  JsErrorData data = ReadData(in, 0);
  std::erase_if(data.properties, [](const JsErrorProperty& one) { return one.name == "instance"; });
  const std::size_t called = data.stack.rfind(kCalledBy);
  if (called != std::string::npos) data.stack.resize(data.stack.rfind('\n', called));
  return std::make_exception_ptr(JsError(std::move(data)));
}

}  // namespace

std::string EncodeFailure(const std::exception_ptr& error) {
  const auto text = [](const char* what) {
    return FrameWriter(static_cast<Kind>(FailureKind::kHostError)).Rest(what).text();
  };
  try {
    std::rethrow_exception(error);
  } catch (const JsError& thrown) {
    FrameWriter out(static_cast<Kind>(FailureKind::kJsError));
    Write(out, *thrown.data(), 0);
    return out.text();
  } catch (const DeadlineExceeded& late) {
    return Started(FailureKind::kDeadlineExceeded, late);
  } catch (const InstanceEnded& ended) {
    return Started(FailureKind::kInstanceEnded, ended);
  } catch (const Cancelled& cancelled) {
    return Started(FailureKind::kCancelled, cancelled);
  } catch (const std::exception& other) {
    return text(other.what());
  } catch (...) {
    return text("An exception of C++'s that is no std::exception.");
  }
}

std::exception_ptr DecodeFailure(std::string_view bytes) {
  try {
    FrameReader in(bytes);
    switch (static_cast<FailureKind>(in.ReadKind())) {
      case FailureKind::kJsError:
        return MakeJsError(in);
      case FailureKind::kDeadlineExceeded:
        return MakeStarted<DeadlineExceeded>(in);
      case FailureKind::kInstanceEnded:
        return MakeStarted<InstanceEnded>(in);
      case FailureKind::kCancelled:
        return MakeStarted<Cancelled>(in);
      case FailureKind::kHostError:
        return std::make_exception_ptr(HostError(std::string(in.Rest())));
    }
    throw HostError("A message of NATS is no failure of nodehost's.");
  } catch (const HostError&) {
    return std::current_exception();
  }
}

}  // namespace nodehost::services::nats
