// caller URL SUBJECT: prints where the worker of the subject runs.
#include <chrono>
#include <exception>
#include <iostream>
#include <nodehost/nats.hpp>
#include <nodehost/node_services.hpp>
#include <nodehost/nodehost.hpp>
#include <string>

namespace nh = nodehost;

int main(int argc, char** argv) try {
  if (argc != 3) throw std::invalid_argument("usage: caller URL SUBJECT");
  nh::NodejsPlatform platform;
  nh::NodeServices services(platform,
                            {.hosting = nh::Nats({.servers = {argv[1]}, .subject = argv[2]}),
                             .launch_timeout = std::chrono::minutes(1)});
  std::cout << services.InvokeAsync<std::string>("./whereabouts.mjs", "The worker").Get() << '\n';
} catch (const std::exception& error) {
  std::cerr << "caller: " << error.what() << '\n';
  return 1;
}
