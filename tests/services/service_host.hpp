// ServiceHost: a process that runs tests/services/service_host.cpp, and what it prints.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace test {

class ServiceHost {
 public:
  explicit ServiceHost(const std::string& what) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], 1);
      close(ends[0]);
      close(ends[1]);
      execl(NODEHOST_SERVICE_HOST, NODEHOST_SERVICE_HOST, what.c_str(),
            NODEHOST_FIXTURES "/services", NODEHOST_COMMAND, nullptr);
      _exit(126);
    }
    close(ends[1]);
    printed_ = fdopen(ends[0], "r");
  }
  ~ServiceHost() {
    Kill();
    fclose(printed_);
  }
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  /// kill -9.
  void Kill() {
    if (process_ == -1) return;
    kill(process_, SIGKILL);
    Wait();
  }

  std::string ReadLine() {
    std::string line;
    for (int c = 0; (c = std::fgetc(printed_)) != EOF && c != '\n';) line += static_cast<char>(c);
    return line;
  }
  std::string ReadAll() {
    std::string text;
    for (int c = 0; (c = std::fgetc(printed_)) != EOF;) text += static_cast<char>(c);
    return text;
  }

  /// Its exit code.
  int Wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t process_ = -1;
  FILE* printed_ = nullptr;
};

}  // namespace test
