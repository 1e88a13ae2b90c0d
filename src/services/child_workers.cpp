#include "child_workers.hpp"

#include <fmt/format.h>

#include <utility>

#include "engine/realm.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/function.hpp"
#include "service_scripts.hpp"

namespace nodehost::services {

namespace {

constexpr std::size_t kMostCalls = 1 << 16;  // sent to one at a time; the rest waits here

void CloseEnd(int& descriptor) {
  uv_fs_t request;
  uv_fs_close(nullptr, &request, std::exchange(descriptor, -1), nullptr);
  uv_fs_req_cleanup(&request);
}

}  // namespace

int ChildWorkers::Open(Js& js, int number, FramePipe::Events events) {
  uv_os_sock_t ends[2];
  if (const int error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0); error != 0) {
    throw HostError(fmt::format("A worker process gets no socket: {}.", uv_strerror(error)));
  }
  Worker& worker = workers_[number];
  worker.number = number;
  worker.child_end = ends[1];
  worker.pipe =
      FramePipe::Open(detail::Realm::Of(js.thread()).isolate(), ends[0], std::move(events));
  return ends[1];
}

void ChildWorkers::Start(int number, std::string name) {
  Worker& worker = workers_.at(number);
  worker.name = std::move(name);
  CloseEnd(worker.child_end);
  worker.pipe->StartReading();
}

void ChildWorkers::Discard(int number) {
  Worker* const worker = Find(number);
  if (!worker) return;
  if (worker->child_end != -1) CloseEnd(worker->child_end);
  if (worker->pipe) worker->pipe->Close();
  workers_.erase(number);
}

ChildWorkers::Worker* ChildWorkers::Find(int number) {
  const auto found = workers_.find(number);
  return found == workers_.end() ? nullptr : &found->second;
}

ChildWorkers::Worker* ChildWorkers::LeastBusy() {
  Worker* chosen = nullptr;
  for (auto& [number, worker] : workers_) {
    if (!worker.ready || worker.retired || worker.calls >= kMostCalls) continue;
    if (!chosen || worker.calls < chosen->calls) chosen = &worker;
  }
  return chosen;
}

void ChildWorkers::Flush() {
  for (const auto& [number, worker] : workers_) worker.pipe->Flush();
}

void ChildWorkers::Erase(const Worker& worker) {
  worker.pipe->Close();
  workers_.erase(worker.number);
}

void ChildWorkers::EndStreams(const std::exception_ptr& reason) noexcept {
  for (const auto& [number, worker] : workers_) {
    for (const auto& [id, stream] : worker.streams) stream->Fail(reason);
  }
}

void ChildWorkers::AddFunctions(const Object& functions) {
  functions.Set("start", [this](int number, std::string name) { Start(number, std::move(name)); });
  functions.Set("discard", [this](int number) { Discard(number); });
  functions.Set("retire", [this](int number) { Find(number)->retired = true; });
  functions.Set("isIdle", [this](int number) {
    const Worker* const worker = Find(number);
    return worker && worker->retired && worker->calls == 0 && worker->streams.empty();
  });
  functions.Set("hasServed", [this](int number) { return Find(number)->served; });
  functions.Set("end", [this](int number) {
    if (const Worker* const worker = Find(number)) worker->pipe->End();
  });
  functions.Set("send", [this](Js& inner, int number, const Value& message) {
    if (const Worker* const worker = Find(number)) SendMessage(inner, *worker->pipe, message);
  });
  functions.Set("sendChunk", [this](Js&, int number, const std::string& key, const Value& bytes) {
    if (const Worker* const worker = Find(number)) SendChunk(*worker->pipe, key, bytes);
  });
}

}  // namespace nodehost::services
