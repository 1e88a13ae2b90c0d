#include "peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace bench {

namespace {

void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written <= 0) throw std::runtime_error("the other process does not read");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void ReadMore(int descriptor, std::string& buffer) {
  std::array<char, 65536> part{};
  const ssize_t got = read(descriptor, part.data(), part.size());
  if (got <= 0) throw std::runtime_error("the other process has ended");
  buffer.append(part.data(), static_cast<std::size_t>(got));
}

pid_t Spawn(const std::vector<std::string>& command, posix_spawn_file_actions_t& actions) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t process = -1;
  if (posix_spawn(&process, words[0], &actions, nullptr, words.data(), environ) != 0) {
    throw std::runtime_error(command[0] + " cannot be started");
  }
  return process;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::string OfficialNode() { return NODEHOST_BENCH_NODE; }

double CpuTimeOf(const std::vector<std::string>& command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const pid_t process = Spawn(command, actions);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  rusage usage{};
  wait4(process, &status, 0, &usage);
  if (status != 0) throw std::runtime_error(command[0] + " failed");
  return Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
}

Peer::Peer(std::string_view mode, std::string_view job)
    : Peer(std::vector<std::string>{OfficialNode(), NODEHOST_BENCH_DIR "/peer.mjs",
                                    std::string(mode), std::string(job)}) {}

Peer::Peer(const std::vector<std::string>& command) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipes");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  process_ = Spawn(command, actions);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
}

Peer::~Peer() {
  close(to_);  // ends it
  close(from_);
  waitpid(process_, nullptr, 0);
}

std::string Peer::Receive() {
  while (buffer_.find('\n') == std::string::npos) ReadMore(from_, buffer_);
  const std::size_t begin = buffer_.find('\n') + 1;
  const std::size_t length = std::stoul(buffer_);
  while (buffer_.size() < begin + length) ReadMore(from_, buffer_);
  std::string answer = buffer_.substr(begin, length);
  buffer_.erase(0, begin + length);
  return answer;
}

std::string Peer::Ask(std::string_view text) {
  WriteAll(to_, std::to_string(text.size()) + '\n' + std::string(text));
  return Receive();
}

HttpPeer::HttpPeer(std::string_view job) : peer_("http", job) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(peer_.Receive())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no HTTP server");
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

HttpPeer::~HttpPeer() { close(socket_); }

std::string HttpPeer::Post(std::string_view text) {
  WriteAll(socket_, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                        std::to_string(text.size()) + "\r\n\r\n" + std::string(text));
  constexpr std::string_view kLength = "content-length: ";
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::string answer;
  while (answer.find(kEnd) == std::string::npos) ReadMore(socket_, answer);
  const std::size_t begin = answer.find(kEnd) + kEnd.size();
  const std::size_t length = std::stoul(answer.substr(answer.find(kLength) + kLength.size()));
  while (answer.size() < begin + length) ReadMore(socket_, answer);
  return answer.substr(begin, length);
}

}  // namespace bench
