// What both sides need to know of a subject and a server.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "connection.hpp"
#include "nodehost/errors.hpp"
#include "transfer.hpp"

namespace nodehost::services::nats {

/// Throws HostError for what is no subject that names one project.
inline void CheckSubject(const std::string& subject) {
  const bool good = !subject.empty() && subject.front() != '.' && subject.back() != '.' &&
                    subject.find_first_of(" \t\r\n*>\"\\") == std::string::npos &&
                    subject.find("..") == std::string::npos;
  if (good) return;
  throw HostError(fmt::format(
      "NatsOptions::subject is \"{}\"; it must be a subject of NATS without wildcards, like "
      "shop.pages.",
      subject));
}

/// How many bytes of data go into a message.
inline std::size_t ChunkOf(const Connection& connection) {
  const std::size_t largest = connection.max_payload();
  const std::size_t room = largest > 2 * kFrameRoom ? largest - kFrameRoom : largest / 2;
  return std::clamp(room, std::size_t{1}, kLargestChunk);
}

}  // namespace nodehost::services::nats
