// Other processes: node as a child that answers by pipes or by HTTP, and programs that run once.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// The official node of the build; empty where there is none.
std::string OfficialNode();

/// The CPU time in seconds that a program takes from its start to its end.
double CpuTimeOf(const std::vector<std::string>& command);

/// Another process, and the ends of its pipes.
class Peer {
 public:
  explicit Peer(const std::vector<std::string>& command);
  /// `node peer.mjs <mode> <job>`
  explicit Peer(std::string_view mode, std::string_view job = {});
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Sends a message and returns the answer.
  std::string Ask(std::string_view text);
  std::string Receive();

 private:
  int to_ = -1;
  int from_ = -1;
  pid_t process_ = -1;
  std::string buffer_;
};

/// One HTTP connection that is kept open, to a Peer of mode `http`.
class HttpPeer {
 public:
  explicit HttpPeer(std::string_view job);
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;

  std::string Post(std::string_view text);

 private:
  Peer peer_;
  int socket_ = -1;
};

}  // namespace bench
