// What is particular to workers that are found by NATS.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "nats_server.hpp"
#include "nodehost/stream_functions.hpp"
#include "nodehost/streams.hpp"
#include "support/temporary_folder.hpp"

using namespace test;

namespace {

// A worker of `subject`, which has said that it listens.
class Worker {
 public:
  Worker(const std::string& url, const std::string& subject, std::vector<std::string> more = {},
         const std::string& project = kProject) {
    std::vector<std::string> command = {NODEHOST_COMMAND, "worker", "--nats",    url,
                                        "--subject",      subject,  "--project", project};
    command.insert(command.end(), more.begin(), more.end());
    process_.emplace(std::move(command), [this](std::string_view text) {
      const std::lock_guard lock(mutex_);
      printed_ += text;
    });
  }
  bool Listens() {
    return Eventually([this] { return printed().find("listens to") != std::string::npos; });
  }
  std::string printed() {
    const std::lock_guard lock(mutex_);
    return printed_;
  }
  Process& process() { return *process_; }

 private:
  std::mutex mutex_;
  std::string printed_;  // guarded by mutex_
  std::optional<Process> process_;
};

nh::NodeServicesOptions OptionsFor(const std::string& url, const std::string& subject) {
  nh::NodeServicesOptions options;
  options.project_dir = kProject;
  options.hosting = nh::Nats({.servers = {url}, .subject = subject});
  options.watched_extensions = {};
  return options;
}

}  // namespace

TEST_CASE("several workers share the calls, and one that is killed takes along what it had begun") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  Worker one(url, subject);
  Worker two(url, subject);
  REQUIRE(one.Listens());
  REQUIRE(two.Listens());
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  std::set<int> pids;
  CHECK(Eventually([&] {
    pids.insert(services.InvokeExportAsync<int>("./fails", "pid").Get(10s));
    return pids.size() == 2;
  }));
  CHECK(pids == std::set<int>{one.process().pid(), two.process().pid()});

  std::vector<nh::Task<int>> never;
  for (int i = 0; i < 20; ++i) {
    never.push_back(services.With({.timeout = 6s}).InvokeExportAsync<int>("./fails", "never"));
  }
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  one.process().End(SIGKILL);
  std::this_thread::sleep_for(200ms);  // until the server knows, calls that it is sent are lost
  for (int i = 0; i < 50; ++i) {
    CHECK(services.InvokeExportAsync<int>("./fails", "pid").Get(10s) == two.process().pid());
  }
  int ended = 0;
  int late = 0;
  for (const nh::Task<int>& task : never) {
    try {
      task.Get(10s);
    } catch (const nh::InstanceEnded& error) {
      CHECK(error.started());
      CHECK(std::string(error.what()).find("NATS worker ") != std::string::npos);
      ++ended;
    } catch (const nh::DeadlineExceeded&) {
      ++late;
    }
  }
  CHECK(ended > 0);
  CHECK(ended + late == 20);
}

TEST_CASE("a server that is stopped and started again costs no call") {
  NatsServer server;
  const std::string subject = NewSubject();
  Worker worker(server.url(), subject);
  REQUIRE(worker.Listens());
  nh::NodeServices services(Platform(), OptionsFor(server.url(), subject));
  const auto late = [&](int ms) {
    return services.InvokeExportAsync<int>("./styles", "later", ms, 7);
  };
  CHECK(late(1).Get(10s) == 7);
  const nh::Task<int> after = late(1500);     // answered when the server is back
  const nh::Task<int> meanwhile = late(200);  // answered when it is away
  std::this_thread::sleep_for(100ms);
  server.Stop();
  std::this_thread::sleep_for(300ms);
  const nh::Task<int> unsent = late(1);  // called when it is away
  server.Start();
  CHECK(unsent.Get(15s) == 7);
  CHECK(meanwhile.Get(15s) == 7);
  CHECK(after.Get(15s) == 7);
  CHECK(services.InvokeExportAsync<std::string>("./values", "large", 3'000'000).Get(15s).size() ==
        3'000'000);
}

TEST_CASE("a result and an argument may be larger than a message, and than what is under way") {
  nh::NodeServices services(Platform(), Options<Nats>());
  std::string text;
  text.resize(30'000'000, 'x');
  CHECK(services.InvokeExportAsync<std::string>("./values", "echo", text).Get(30s) == text);
}

TEST_CASE("SIGTERM lets a worker end what it has begun") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  Worker worker(url, subject);
  REQUIRE(worker.Listens());
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  const nh::Task<int> under_way = services.InvokeExportAsync<int>("./styles", "later", 500, 7);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  CHECK(worker.process().End(SIGTERM) == 0);
  CHECK(under_way.Get(1s) == 7);
}

TEST_CASE("a worker that gives up what it has begun says so") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  std::stop_source stop;
  nh::NatsWorkerOptions options;
  options.nats = {.servers = {url}, .subject = subject};
  options.project_dir = kProject;
  options.drain_timeout = 1ms;
  std::thread serves([&] { nh::RunNatsWorker(Platform(), options, stop.get_token()); });
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  const nh::Task<int> never = services.InvokeExportAsync<int>("./fails", "never");
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(15s) == 3);
  stop.request_stop();
  serves.join();
  const auto error = FailureOf<nh::InstanceEnded>(never);
  CHECK(error.started());
  CHECK(std::string(error.what()).find("was stopped while it called") != std::string::npos);
}

TEST_CASE("a call waits for a worker, and fails when none comes in time") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  auto options = OptionsFor(url, subject);
  options.launch_timeout = 300ms;
  nh::NodeServices impatient(Platform(), std::move(options));
  const auto error = FailureOf<nh::InstanceEnded>(impatient.InvokeAsync<int>("./add", 1, 2));
  CHECK_FALSE(error.started());
  CHECK(std::string(error.what()) ==
        "No worker listens to the subject " + subject + " of NATS; ./add was not called.");
  nh::NodeServices patient(Platform(), OptionsFor(url, subject));
  const nh::Task<int> sum = patient.InvokeAsync<int>("./add", 1, 2);
  Worker worker(url, subject);
  CHECK(sum.Get(15s) == 3);
}

TEST_CASE("projects on one server do not meet, and confined workers keep to their rights") {
  const std::string url = NatsServer::Shared().url();
  const std::string one = NewSubject();
  const std::string other = NewSubject();
  Worker open(url, one);
  Worker confined(url, other, {"--no-child-processes", "--no-native-addons"});
  nh::NodeServices services(Platform(), OptionsFor(url, one));
  nh::NodeServices confined_services(Platform(), OptionsFor(url, other));
  CHECK(services.InvokeExportAsync<int>("./fails", "pid").Get(15s) == open.process().pid());
  const int pid = confined_services.InvokeExportAsync<int>("./fails", "pid").Get(15s);
  CHECK(pid != confined.process().pid());  // a process of its own has given the right up
  CHECK(pid != open.process().pid());
}

TEST_CASE("credentials are NATS's own") {
  NatsServer server({"--user", "ann", "--pass", "secret"});
  const std::string subject = NewSubject();
  std::string url = server.url();
  auto refused = OptionsFor(url, subject);
  refused.launch_timeout = 100ms;
  CHECK_THROWS_AS(nh::NodeServices(Platform(), std::move(refused)), nh::HostError);
  url.replace(0, 7, "nats://ann:secret@");
  Worker worker(url, subject);
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(15s) == 3);
}

TEST_CASE("a credentials file, as nsc writes it, lets in who has it") {
  const test::TemporaryFolder files;
  nh::Environment node = Platform().CreateEnvironment({.base_dir = kProject});
  using Files = std::map<std::string, std::string>;
  const Files made = node.Run([](nh::Js& js) {
    return js.Import("./nats_credentials.mjs")["default"].As<std::function<Files()>>()();
  });
  files.Write("server.conf", made.at("config"));
  files.Write("user.creds", made.at("credentials"));
  const std::string credentials = files.path() + "/user.creds";
  NatsServer server({"-c", files.path() + "/server.conf"});
  const std::string subject = NewSubject();
  auto refused = OptionsFor(server.url(), subject);
  refused.launch_timeout = 100ms;
  CHECK_THROWS_AS(nh::NodeServices(Platform(), std::move(refused)), nh::HostError);
  Worker worker(server.url(), subject, {"--nats-credentials", credentials});
  auto options = OptionsFor(server.url(), subject);
  options.hosting =
      nh::Nats({.servers = {server.url()}, .subject = subject, .credentials_file = credentials});
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(15s) == 3);
}

TEST_CASE("TLS, with a certificate of each side") {
  const test::TemporaryFolder files;
  const std::string key = files.path() + "/key.pem";
  const std::string certificate = files.path() + "/certificate.pem";
  const std::string openssl = NODEHOST_OPENSSL;
  if (openssl.empty()) {
    MESSAGE("left out: CMake has found no openssl to make a certificate with");
    return;
  }
  const std::string make = "'" + openssl +
                           "' req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
                           "-nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 "
                           "-keyout '" +
                           key + "' -out '" + certificate + "' 2>&1";
  REQUIRE(std::system(make.c_str()) == 0);
  NatsServer server({"--tls", "--tlscert", certificate, "--tlskey", key, "--tlsverify",
                     "--tlscacert", certificate});
  const std::string subject = NewSubject();
  auto strange = OptionsFor(server.url(), subject);
  strange.launch_timeout = 100ms;
  strange.hosting = nh::Nats({.servers = {server.url()}, .subject = subject, .tls = true});
  CHECK_THROWS_AS(nh::NodeServices(Platform(), std::move(strange)), nh::HostError);
  Worker worker(
      server.url(), subject,
      {"--nats-tls", "--nats-ca", certificate, "--nats-cert", certificate, "--nats-key", key});
  auto options = OptionsFor(server.url(), subject);
  options.hosting = nh::Nats({.servers = {server.url()},
                              .subject = subject,
                              .tls = true,
                              .ca_file = certificate,
                              .certificate_file = certificate,
                              .key_file = key});
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(15s) == 3);
}

TEST_CASE("a worker says how it is to whoever asks its health subject") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  Worker worker(url, subject, {"--instances", "2"});
  REQUIRE(worker.Listens());
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  const auto never = services.InvokeExportAsync<int>("./fails", "never");
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(15s) == 3);
  nh::Environment node = Platform().CreateEnvironment();
  const nh::Task<std::string> health = node.RunAsync([&](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value ask = js.Eval(R"((port, subject) => new Promise((resolve) => {
      const socket = require('net').connect(port, '127.0.0.1');
      socket.write(`CONNECT {"verbose":false}\r\nSUB answer.${process.pid} 1\r\n`);
      socket.write(`PUB ${subject}.health answer.${process.pid} 0\r\n\r\n`);
      socket.on('data', (data) => {
        const answer = /MSG [^\r]*\r\n(.*)\r\n/.exec(data);
        if (!answer) return;
        socket.end();
        const { worker, calls, instances } = JSON.parse(answer[1]);
        resolve(`${worker.split(' on ')[0]}: ${instances} instances, busy ${calls > 0}`);
      });
    }))");
    co_return (co_await ask(std::stoi(url.substr(url.rfind(':') + 1)), subject)).As<std::string>();
  });
  CHECK(health.Get(10s) ==
        "NATS worker " + std::to_string(worker.process().pid()) + ": 2 instances, busy true");
}

TEST_CASE("a server that is started again in mid-stream costs no byte of it") {
  NatsServer server;
  const std::string subject = NewSubject();
  Worker worker(server.url(), subject);
  REQUIRE(worker.Listens());
  nh::NodeServices services(Platform(), OptionsFor(server.url(), subject));
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "bytes", 50'000, 300).Get(20s);
  std::size_t size = 0;
  for (int i = 0; i < 20; ++i) size += stream.Read().Get(10s)->size();
  server.Stop();
  std::this_thread::sleep_for(100ms);
  server.Start();
  for (const nh::Bytes& part : stream) size += part.size();
  CHECK(size == 15'000'000);
}

TEST_CASE("kill -9 of a worker breaks the streams that it sends") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  Worker worker(url, subject);
  REQUIRE(worker.Listens());
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  const auto stream = services.InvokeExportAsync<nh::ReadStream<>>("./streams", "endless").Get(20s);
  static_cast<void>(stream.Read().Get(10s));
  worker.process().End(SIGKILL);
  CHECK_THROWS_AS(
      [&] {
        while (stream.Read().Get(20s)) {
        }
      }(),
      nh::JsError);
}

TEST_CASE("a worker that has enough, or is slow, leaves calls to others, or lets them wait") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  std::stop_source stop;
  nh::NatsWorkerOptions small;
  small.nats = {.servers = {url}, .subject = subject};
  small.project_dir = kProject;
  small.max_calls = 2;
  std::thread serves([&] { nh::RunNatsWorker(Platform(), small, stop.get_token()); });
  {
    nh::NodeServices services(Platform(), OptionsFor(url, subject));
    const auto later = [&](int ms) {
      return services.InvokeExportAsync<int>("./styles", "later", ms, 7);
    };
    std::vector<nh::Task<int>> all;
    for (int i = 0; i < 8; ++i) all.push_back(later(20));
    for (const nh::Task<int>& task : all) CHECK(task.Get(15s) == 7);

    const test::TemporaryFolder folder;
    const auto wait = [&] {
      return services.InvokeAsync<int>("./once_there", folder.path() + "/end", 7);
    };
    const std::string calls = folder.Write("end.calls", "");
    const nh::Task<int> slow[] = {wait(), wait()};
    while (std::filesystem::file_size(calls) < 2) std::this_thread::sleep_for(1ms);  // it is full
    Worker other(url, subject);
    REQUIRE(other.Listens());
    for (int i = 0; i < 5; ++i) {
      CHECK(services.InvokeExportAsync<int>("./fails", "pid").Get(15s) == other.process().pid());
    }
    folder.Write("end", "");
    for (const nh::Task<int>& task : slow) CHECK(task.Get(15s) == 7);
  }
  stop.request_stop();
  serves.join();
}

TEST_CASE("a worker whose instances end as they are used leaves the calls to another meanwhile") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  TemporaryFolder broken;
  broken.Write("pid.js", "process.exit(3);");
  TemporaryFolder sound;
  sound.Write("pid.js", "module.exports = () => process.pid;");
  Worker ends(url, subject, {}, broken.path());
  REQUIRE(ends.Listens());
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  for (int i = 0; i < 8; ++i) {  // the next instance comes up 6.4 s after the last of these
    CHECK(FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./pid")).started());
  }
  const auto waits = services.InvokeAsync<int>("./pid");
  Worker answers(url, subject, {}, sound.path());
  CHECK(waits.Get(5s) == answers.process().pid());
  for (int i = 0; i < 20; ++i) {
    CHECK(services.InvokeAsync<int>("./pid").Get(5s) == answers.process().pid());
  }
}

TEST_CASE("a call that no worker has an instance for fails after the time that one has to start") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  TemporaryFolder broken;
  broken.Write("ends.js", "process.exit(3);");
  Worker worker(url, subject, {}, broken.path());
  REQUIRE(worker.Listens());
  auto options = OptionsFor(url, subject);
  options.launch_timeout = 200ms;
  nh::NodeServices services(Platform(), std::move(options));
  for (int i = 0; i < 6; ++i) FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./ends"));
  const auto error = FailureOf<nh::InstanceEnded>(services.InvokeAsync<int>("./ends"));
  CHECK_FALSE(error.started());
  CHECK_MESSAGE(
      std::string(error.what()).find("as 4 before it; ./ends was not called.") != std::string::npos,
      error.what());
}

TEST_CASE("a worker that could not keep to its rights says so and ends") {
  Worker worker(NatsServer::Shared().url(), NewSubject(), {"--no-network"});
  CHECK(worker.process().End(0) == 1);
  CHECK(worker.printed().find("Rights::network is false, but an addon would get round that") !=
        std::string::npos);
}

TEST_CASE("messages of strangers cost no more than the call that they are about") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  nh::Environment stranger = Platform().CreateEnvironment();
  // Answers the first offer that it hears with what is no frame, and so for a call that is none.
  const auto answered = stranger.RunAsync([&](nh::Js& js) -> nh::Task<> {
    const nh::Value answer = js.Eval(R"((port, subject) => new Promise((resolve) => {
      const socket = require('net').connect(port, '127.0.0.1');
      socket.write(`CONNECT {"verbose":false}\r\nSUB ${subject}.call 1\r\n`);
      let text = '';
      socket.on('data', (data) => {
        text += data;
        const offer = /MSG \S+ 1 (\S+) \d+\r\n/.exec(text);
        if (!offer) return;
        text = '';
        const none = offer[1].replace(/\d+$/, '999999');
        for (const reply of [none, none.slice(0, -6) + 'x', offer[1]]) {
          for (const frame of ['', '?', 'K', 'D\0', 'A', 'A\x05', 'A\x05\0\0\0\0\0\0\0no']) {
            socket.write(`PUB ${reply} ${frame.length}\r\n${frame}\r\n`);
          }
        }
        socket.end('PING\r\n');
        resolve();
      });
    }))");
    co_await answer(std::stoi(url.substr(url.rfind(':') + 1)), subject);
  });
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  const nh::Task<int> sum = services.InvokeAsync<int>("./add", 1, 2);
  answered.Get(20s);
  CHECK_THROWS_WITH_AS(sum.Get(20s), doctest::Contains("no frame of nodehost's"), nh::HostError);
  Worker worker(url, subject);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
}

namespace {

// Listens to `subject` as a worker does, and answers each call with 3. `answers(kind, count)` says
// whether it does so to the message of this kind, which is its `count`th, or what it says instead,
// a `refusal`. The global `leave()` makes it listen no more: its promise is fulfilled when the
// server knows.
nh::Task<> BeWorker(nh::Js& js, const std::string& url, const std::string& subject,
                    const std::string& answers) {
  const nh::Value worker = js.Eval(R"((port, subject, answers) => new Promise((resolve) => {
    const { serialize } = require('v8');
    const sized = (text) => {
      const size = Buffer.alloc(8);
      size.writeUInt32LE(text.length);
      return Buffer.concat([size, Buffer.from(text)]);
    };
    const socket = require('net').connect(port, '127.0.0.1');
    const publish = (to, ...parts) => {
      const frame = Buffer.concat(parts);
      socket.write(Buffer.concat([
        Buffer.from(`PUB ${to} ${frame.length}\r\n`), frame, Buffer.from('\r\n')]));
    };
    socket.write(`CONNECT {"verbose":false}\r\nSUB ${subject}.call nodehost 1\r\n` +
                 `SUB ${subject}.fake 2\r\nPING\r\n`);
    let pong = resolve;
    globalThis.leave = () => new Promise((left) => {
      pong = left;
      socket.write('UNSUB 1\r\nUNSUB 2\r\nPING\r\n');
    });
    const counts = {};
    const take = (kind, reply) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
      const { answer = true, refusal } = answers(kind, counts[kind]);
      if (refusal !== undefined) return publish(reply, refusal);
      if (kind === 'O') publish(reply, Buffer.from('A'), sized(`${subject}.fake`), sized('fake'));
      if ((kind === 'G' || kind === 'C') && answer) {
        publish(reply, Buffer.from([0x44, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), serialize(3));
      }
    };
    const takeMany = (frames, client) => {
      for (let at = 0; at < frames.length;) {
        const id = frames.readUInt32LE(at);
        take('C', `${client}.${id}`);
        at += 16 + frames.readUInt32LE(at + 8);
      }
    };
    let text = '';
    socket.on('data', (data) => {
      text += data.latin1Slice();
      text = text.replace('PONG\r\n', () => (pong(), ''));
      for (let at; (at = /MSG \S+ \d (\S+) (\d+)\r\n/.exec(text)) !== null;) {
        const start = at.index + at[0].length;
        if (text.length < start + Number(at[2]) + 2) return;
        const frame = text.slice(start, start + Number(at[2]));
        text = text.slice(start + Number(at[2]) + 2);
        if (frame[0] === 'M') {
          takeMany(Buffer.from(frame.slice(1), 'latin1'), at[1].replace(/\.\d+$/, ''));
        } else {
          take(frame[0], at[1]);
        }
      }
    });
  }))");
  co_await worker(std::stoi(url.substr(url.rfind(':') + 1)), subject,
                  js.Eval("(kind, count) => (" + answers + ")"));
}

}  // namespace

TEST_CASE("a worker that has answered is sent the next call without an offer") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  nh::Environment node = Platform().CreateEnvironment();
  node.RunAsync(
          [&](nh::Js& js) { return BeWorker(js, url, subject, "(globalThis[kind] = count, {})"); })
      .Get(10s);
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  constexpr int kCalls = 200;
  for (int i = 0; i < kCalls; ++i) CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  const auto count = [&](const char* kind) {
    return node.Run([&](nh::Js& js) { return js.Global()[kind].As<int>(); });
  };
  CHECK(count("C") > kCalls / 2);
  CHECK(count("C") + count("O") == kCalls);
}

TEST_CASE("calls that are sent to a worker that is gone are offered again, and have not begun") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  nh::Environment node = Platform().CreateEnvironment();
  constexpr int kCalls = 8;  // which are sent in one message
  node.RunAsync([&](nh::Js& js) { return BeWorker(js, url, subject, "{}"); }).Get(10s);
  auto options = OptionsFor(url, subject);
  options.launch_timeout = 300ms;
  nh::NodeServices services(Platform(), std::move(options));
  const auto call_all = [&] {
    std::vector<nh::Task<int>> calls;
    for (int i = 0; i < kCalls; ++i) calls.push_back(services.InvokeAsync<int>("./add", 1, 2));
    return calls;
  };
  for (const nh::Task<int>& call : call_all()) CHECK(call.Get(10s) == 3);
  node.RunAsync([](nh::Js& js) -> nh::Task<> { co_await js.Eval("leave()"); }).Get(10s);
  for (const nh::Task<int>& call : call_all()) {
    const auto error = FailureOf<nh::InstanceEnded>(call);
    CHECK_FALSE(error.started());
    CHECK(std::string(error.what()).starts_with("No worker listens to the subject"));
  }
}

TEST_CASE("a call that was lost on its way to a worker is sent again") {
  const std::string url = NatsServer::Shared().url();
  const std::string subject = NewSubject();
  nh::Environment node = Platform().CreateEnvironment();
  node.RunAsync([&](nh::Js& js) {
        return BeWorker(js, url, subject, "{ answer: kind === 'G' || count > 1 }");
      })
      .Get(10s);
  nh::NodeServices services(Platform(), OptionsFor(url, subject));
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
}

TEST_CASE("a worker that is busy is asked again, also by who would wait for none to start") {
  const std::string url = NatsServer::Shared().url();
  const auto call = [&](const std::string& refusal) {
    const std::string subject = NewSubject();
    nh::Environment node = Platform().CreateEnvironment();
    node.RunAsync([&](nh::Js& js) {
          return BeWorker(js, url, subject,
                          "kind === 'O' && count < 3 ? { refusal: " + refusal + " } : {}");
        })
        .Get(10s);
    auto options = OptionsFor(url, subject);
    options.launch_timeout = 0ms;
    nh::NodeServices services(Platform(), std::move(options));
    return services.InvokeAsync<int>("./add", 1, 2).Get(10s);
  };
  CHECK(call("Buffer.from('B')") == 3);
  CHECK_THROWS_WITH_AS(
      call("Buffer.from('P' + '\\0'.repeat(8) + '\\x04' + '\\0'.repeat(7) + 'fake')"),
      "An instance of the fake ended soon after its start; ./add was not called.",
      nh::InstanceEnded);
  CHECK_THROWS_AS(call("Buffer.from('P')"), nh::HostError);  // which says no more
}

TEST_CASE("a subject that is none, and a server that is not there, are errors that say so") {
  for (const char* const subject : {"", "a b", "a.*", ".a"}) {
    CHECK_THROWS_AS(nh::Nats({.subject = subject}), nh::HostError);
  }
  auto options = OptionsFor("nats://127.0.0.1:1", "test.nobody");
  options.launch_timeout = 100ms;
  CHECK_THROWS_WITH_AS(nh::NodeServices(Platform(), std::move(options)),
                       doctest::Contains("No NATS server could be reached at nats://127.0.0.1:1"),
                       nh::HostError);
}
