#include "nodehost/errors.hpp"

#include <utility>

namespace nodehost {

namespace {

// what() is what a log wants: the head line, and the frames when there are any.
std::string Summary(const JsErrorData& data) {
  std::string head = data.name.empty() ? data.message : data.name + ": " + data.message;
  if (data.stack.empty()) return head;
  // V8 starts a stack with the head line; when a program changed the message later, it does not.
  return data.stack.find(data.message) == std::string::npos ? head + '\n' + data.stack : data.stack;
}

}  // namespace

JsError::JsError() : JsError(JsErrorData{.name = "Error"}) {}

JsError::JsError(JsErrorData data)
    : JsError(std::make_shared<const JsErrorData>(std::move(data))) {}

JsError::JsError(std::shared_ptr<const JsErrorData> data)
    : std::runtime_error(Summary(*data)), data_(std::move(data)) {}

std::optional<JsError> JsError::cause() const {
  return data_->cause ? std::optional<JsError>(JsError(data_->cause)) : std::nullopt;
}

std::vector<JsError> JsError::errors() const {
  std::vector<JsError> list;
  for (const auto& one : data_->errors) list.push_back(JsError(one));
  return list;
}

std::optional<std::string> JsError::property(std::string_view name) const {
  for (const JsErrorProperty& one : data_->properties) {
    if (one.name == name) return one.text;
  }
  return std::nullopt;
}

}  // namespace nodehost
