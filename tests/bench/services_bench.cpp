// What a call of NodeServices costs in each hosting model, beside HTTP with keep-alive and JSON to
// a node process. A program of its own: it starts processes. Latencies are those of one caller that
// waits for each answer; the rates are that of kCallers of them, each on a thread of its own, and
// of one thread with as many calls in flight.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "nodehost/node_services.hpp"
#include "nodehost/stream_functions.hpp"
#include "services/nats_server.hpp"
#include "support/host.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using nh::NodeServices;

constexpr int kCallers = 16;
constexpr int kChunks = 100;
constexpr int kChunkSize = 10'000;
constexpr int kTurns = 1'000'000;  // of `work`: some milliseconds
const std::string kText(100'000, 'x');
const char* const kModule = "./services.mjs";
const char* const kHttp = "http_node";

/// What one caller does; each has its own.
struct Caller {
  std::function<void()> small, large, stream, work;
};
using NewCaller = std::function<Caller()>;

/// The cases that are measured.
enum class Case { kSmall, kLarge, kStream };
using Deadline = Clock::time_point;

/// Something that is called: by callers that wait, each on a thread of its own, and by one thread
/// that has kCallers calls in flight, as a server has.
struct Callee {
  NewCaller caller;
  std::function<int(Case, Deadline)> in_flight;  // how often it called until then
};

void Check(bool right) {
  if (!right) throw std::runtime_error("a wrong result");
}

nh::Task<> CallSmall(NodeServices& services) {
  Check(co_await services.InvokeExportAsync<int>(kModule, "add", 1, 2) == 3);
}
nh::Task<> CallLarge(NodeServices& services) {
  Check(co_await services.InvokeExportAsync<std::string>(kModule, "echo", kText) == kText);
}
nh::Task<> CallStream(NodeServices& services) {
  auto stream =
      co_await services.InvokeExportAsync<nh::ReadStream<>>(kModule, "stream", kChunks, kChunkSize);
  std::size_t size = 0;
  while (const auto part = co_await stream.Read()) size += part->size();
  Check(size == std::size_t{kChunks} * kChunkSize);
}

Caller CallerOf(NodeServices& services) {
  return {
      [&services] { Check(services.InvokeExportAsync<int>(kModule, "add", 1, 2).Get() == 3); },
      [&services] {
        Check(services.InvokeExportAsync<std::string>(kModule, "echo", kText).Get() == kText);
      },
      [&services] {
        std::size_t size = 0;
        for (const nh::Bytes& part :
             services.InvokeExportAsync<nh::ReadStream<>>(kModule, "stream", kChunks, kChunkSize)
                 .Get()) {
          size += part.size();
        }
        Check(size == std::size_t{kChunks} * kChunkSize);
      },
      [&services] { services.InvokeExportAsync<double>(kModule, "work", kTurns).Get(); },
  };
}

nh::Task<> CallUntil(NodeServices& services, nh::Task<> (*call)(NodeServices&), Deadline until,
                     int& calls) {
  for (; Clock::now() < until; ++calls) co_await call(services);
}

int CallInFlight(NodeServices& services, Case which, Deadline until) {
  constexpr nh::Task<> (*kCalls[])(NodeServices&) = {&CallSmall, &CallLarge, &CallStream};
  std::vector<int> calls(kCallers);
  std::vector<nh::Task<>> all;
  for (int& one : calls) {
    all.push_back(CallUntil(services, kCalls[static_cast<int>(which)], until, one));
  }
  for (const nh::Task<>& task : all) task.Get();
  return std::accumulate(calls.begin(), calls.end(), 0);
}

/// A connection to `node services.mjs`.
class Http {
 public:
  explicit Http(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("connect");
    }
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Http() { close(socket_); }
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// The body of the answer; of a chunked one with the sizes of its chunks in it.
  std::string_view Post(std::string_view body) {
    Send(body);
    while (!Receive()) {
    }
    return answer();
  }

  // Post in its parts.
  void Send(std::string_view body) {
    request_ = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
    request_.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    for (std::size_t sent = 0; sent < request_.size();) {
      const ssize_t count = send(socket_, &request_[sent], request_.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("send");
      sent += static_cast<std::size_t>(count);
    }
    answer_.clear();
    body_ = 0;
    size_ = 0;
  }
  /// Waits for a part of the answer, and says whether that was the last.
  bool Receive() {
    char buffer[1 << 16];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("recv");
    answer_.append(buffer, static_cast<std::size_t>(count));
    if (body_ == 0) {
      const std::size_t end = answer_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      body_ = end + 4;
      const std::size_t length = answer_.find("Content-Length: ");
      if (length < body_) size_ = body_ + std::stoul(answer_.substr(length + 16, 20));
    }
    return size_ > 0 ? answer_.size() >= size_ : answer_.ends_with("\r\n0\r\n\r\n");
  }
  std::string_view answer() const { return std::string_view(answer_).substr(body_); }
  int handle() const { return socket_; }

 private:
  const int socket_;
  std::string request_;
  std::string answer_;
  std::size_t body_ = 0;  // where it begins in the answer; 0: not known yet
  std::size_t size_ = 0;  // of the whole answer; 0: it is chunked
};

std::string RequestFor(const std::string& name, const std::string& arguments) {
  return R"({"name":")" + name + R"(","args":[)" + arguments + "]}";
}
const std::string kRequests[] = {
    RequestFor("add", "1,2"), RequestFor("echo", '"' + kText + '"'),
    RequestFor("stream", std::to_string(kChunks) + ',' + std::to_string(kChunkSize))};

Caller CallerOf(const std::shared_ptr<Http>& http) {
  return {
      [http] { Check(http->Post(kRequests[0]) == "3"); },
      [http] { Check(http->Post(kRequests[1]).size() == kText.size() + 2); },
      [http] { static_cast<void>(http->Post(kRequests[2])); },
      [http] { static_cast<void>(http->Post(RequestFor("work", std::to_string(kTurns)))); },
  };
}

int CallInFlight(int port, Case which, Deadline until) {
  const std::string& request = kRequests[static_cast<int>(which)];
  std::vector<std::unique_ptr<Http>> all;
  std::vector<pollfd> ready;
  for (int i = 0; i < kCallers; ++i) {
    all.push_back(std::make_unique<Http>(port));
    ready.push_back({.fd = all.back()->handle(), .events = POLLIN, .revents = 0});
    all.back()->Send(request);
  }
  int calls = 0;
  for (int left = kCallers; left > 0;) {
    if (poll(ready.data(), ready.size(), -1) < 0) throw std::runtime_error("poll");
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (!ready[i].revents || !all[i]->Receive()) continue;
      ++calls;
      if (Clock::now() < until) {
        all[i]->Send(request);
      } else {
        ready[i].fd = -1;
        --left;
      }
    }
  }
  return calls;
}

/// How often `callers` callers have called in a second, all together.
double Rate(std::vector<Caller>& callers, std::function<void()> Caller::*function,
            std::chrono::milliseconds time) {
  std::atomic<int> calls{0};
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  threads.reserve(callers.size());
  for (Caller& caller : callers) {
    threads.emplace_back([&] {
      for (; Clock::now() < start + time; ++calls) (caller.*function)();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return calls / std::chrono::duration<double>(Clock::now() - start).count();
}

struct Latency {
  double p50 = 0, p99 = 0;  // µs
};

Latency Latencies(Caller& caller, std::function<void()> Caller::*function,
                  std::chrono::milliseconds time) {
  std::vector<double> all;
  for (const auto until = Clock::now() + time; Clock::now() < until || all.size() < 20;) {
    const auto start = Clock::now();
    (caller.*function)();
    all.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::sort(all.begin(), all.end());
  return {all[all.size() / 2], all[all.size() * 99 / 100]};
}

struct Row {
  std::string name;
  Latency latency;
  double rate = 0;       // calls a second of kCallers callers
  double in_flight = 0;  // of one thread with as many calls in flight
};

double RateInFlight(const Callee& callee, Case which, std::chrono::milliseconds time) {
  const auto start = Clock::now();
  const int calls = callee.in_flight(which, start + time);
  return calls / std::chrono::duration<double>(Clock::now() - start).count();
}

/// A hosting model, or HTTP, with so many instances.
struct Model {
  const char* name;
  std::function<Callee(int instances)> start;
};

std::vector<Model> Models() {
  const auto services = [](const std::function<std::shared_ptr<nh::HostingModel>()>& make) {
    return [make](int instances) -> Callee {
      nh::NodeServicesOptions options;
      options.project_dir = NODEHOST_BENCH_DIR;
      options.hosting = make();
      options.instances = static_cast<std::size_t>(instances);
      options.watched_extensions = {};
      auto made = std::make_shared<NodeServices>(test::Platform(), std::move(options));
      return {[made] { return CallerOf(*made); },
              [made](Case which, Deadline until) { return CallInFlight(*made, which, until); }};
    };
  };
  return {
      {"inprocess", services([] { return nh::InProcess(); })},
      {"child", services(&test::ChildProcess::Make)},
      {"nats", services(&test::Nats::Make)},
      {kHttp,
       [](int) -> Callee {
         const auto printed = std::make_shared<std::string>();
         const auto mutex = std::make_shared<std::mutex>();
         const auto node = std::make_shared<test::Process>(
             std::vector<std::string>{NODEHOST_BENCH_NODE, NODEHOST_BENCH_DIR "/services.mjs"},
             [printed, mutex](std::string_view text) {
               const std::lock_guard lock(*mutex);
               *printed += text;
             });
         int port = 0;
         test::Eventually([&] {
           const std::lock_guard lock(*mutex);
           return std::sscanf(printed->c_str(), "port %d\n", &port) == 1;
         });
         return {
             [node, port] { return CallerOf(std::make_shared<Http>(port)); },
             [node, port](Case which, Deadline until) { return CallInFlight(port, which, until); }};
       }},
  };
}

// The last three columns are relative to the row of HTTP, where that has been measured.
void Print(const char* name, const std::vector<Row>& rows) {
  const auto http = std::ranges::find(rows, kHttp, &Row::name);
  for (const Row& row : rows) {
    std::printf("services/%-13s %-10s %9.1f %9.1f %9.0f %9.0f", name, row.name.c_str(),
                row.latency.p50, row.latency.p99, row.rate, row.in_flight);
    if (http != rows.end()) {
      std::printf(" %7.2f %7.2f %7.2f", http->latency.p50 / row.latency.p50, row.rate / http->rate,
                  row.in_flight / http->in_flight);
    }
    std::puts("");
  }
  std::fflush(stdout);
}

// As page.mjs reads it. A rate is calls a second, the other figures are in ns.
void Write(const char* file, const std::vector<std::pair<std::string, Row>>& all) {
  std::FILE* const out = std::fopen(file, "w");
  if (!out) throw std::runtime_error(std::string(file) + " cannot be written");
  std::fputs("{\"benchmarks\": [", out);
  for (const auto& [name, row] : all) {
    std::fprintf(out,
                 "%s\n{\"name\": \"services/%s/%s\", \"run_type\": \"iteration\", "
                 "\"real_time\": %.0f, \"time_unit\": \"ns\", \"p99\": %.0f, \"rate\": %.0f, "
                 "\"in_flight\": %.0f}",
                 &row == &all.front().second ? "" : ",", name.c_str(), row.name.c_str(),
                 row.latency.p50 * 1e3, row.latency.p99 * 1e3, row.rate, row.in_flight);
  }
  std::fputs("\n]}\n", out);
  std::fclose(out);
}

}  // namespace

// services_bench [--out=FILE] [MODEL [MILLISECONDS [CASE]]]: one of the models only, how long each
// figure takes, and one of the cases only. FILE is for page.mjs.
int main(int argc, char** argv) {
  const char* file = nullptr;
  if (argc > 1 && std::string_view(argv[1]).starts_with("--out=")) {
    file = argv[1] + std::string_view("--out=").size();
    --argc;
    ++argv;
  }
  const std::string_view only = argc > 1 ? argv[1] : "all";
  const std::chrono::milliseconds time(argc > 2 ? std::stoi(argv[2]) : 1500);
  const std::string_view only_case = argc > 3 ? argv[3] : "all";
  std::vector<Model> models = Models();
  if (only != "all") std::erase_if(models, [&](const Model& one) { return only != one.name; });
  if (models.empty()) {
    return std::fprintf(stderr, "there is no model %s\n", argv[1]), 2;
  }
  std::printf("%-22s %-10s %9s %9s %9s %9s %7s %7s %7s\n", "", "", "p50 µs", "p99 µs", "calls/s",
              "in flight", "1/p50", "calls/s", "in flight");
  const std::pair<const char*, std::function<void()> Caller::*> cases[] = {
      {"invoke_small", &Caller::small},
      {"invoke_100kb", &Caller::large},
      {"stream", &Caller::stream}};
  std::vector<std::pair<std::string, Row>> all;
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    const auto& [name, function] = cases[i];
    if (only_case != "all" && only_case != name) continue;
    std::vector<Row> rows;
    for (const Model& model : models) {
      const Callee callee = model.start(1);
      std::vector<Caller> callers(kCallers);
      for (Caller& one : callers) one = callee.caller();
      Rate(callers, function, time / 3);  // warms up
      Row row{.name = model.name, .latency = {}};
      row.latency = Latencies(callers[0], function, time);
      row.rate = Rate(callers, function, time);
      row.in_flight = RateInFlight(callee, static_cast<Case>(i), time);
      rows.push_back(row);
      all.emplace_back(name, row);
    }
    Print(name, rows);
  }
  if (file) Write(file, all);
  for (const Model& model : models) {
    if (std::string_view(model.name) == kHttp || only_case != "all") continue;
    double rates[2] = {};
    for (int instances = 1; instances <= 2; ++instances) {
      const Callee callee = model.start(instances);
      std::vector<Caller> callers(4);
      for (Caller& one : callers) one = callee.caller();
      Rate(callers, &Caller::work, time / 3);
      rates[instances - 1] = Rate(callers, &Caller::work, time);
    }
    std::printf("services/two_workers   %-10s %.2f times the calls of one (%.0f/s)\n", model.name,
                rates[1] / rates[0], rates[0]);
  }
}
