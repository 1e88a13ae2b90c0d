// ChildWorkers: the worker processes of a service that live, as ChildCalls sees them. Their numbers
// are JavaScript's, which starts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "frame_pipe.hpp"
#include "nodehost/object.hpp"
#include "result_stream.hpp"

namespace nodehost::services {

/// On the JS thread.
class ChildWorkers {
 public:
  struct Worker {
    int number = 0;
    std::string name;
    std::shared_ptr<FramePipe> pipe;
    int child_end = -1;     // of the socket, until the process has it
    std::size_t calls = 0;  // under way in it
    std::unordered_map<std::uint64_t, std::shared_ptr<ResultStream>> streams;  // likewise
    bool ready = false;
    bool retired = false;
    bool served = false;  // it has answered
  };

  /// Makes the socket to a process that is about to start; returns its end.
  int Open(Js& js, int number, FramePipe::Events events);

  /// Null if there is none.
  Worker* Find(int number);

  /// The one that a call is to go to; null if none takes more.
  Worker* LeastBusy();

  /// Sends what is written.
  void Flush();

  /// Closes its socket, and forgets it.
  void Erase(const Worker& worker);

  /// The streams that they send fail.
  void EndStreams(const std::exception_ptr& reason) noexcept;

  /// Of the functions that service_children.js gets, those that concern one worker alone.
  void AddFunctions(const Object& functions);

 private:
  void Start(int number, std::string name);
  /// Its process could not be started.
  void Discard(int number);

  std::map<int, Worker> workers_;
};

}  // namespace nodehost::services
