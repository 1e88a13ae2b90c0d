// A Node-API addon that blocks its thread: require(...).sleep(seconds); and failAtEnd(), for a
// fatal error in the environment's clean-up.
#include <node_api.h>

#include <chrono>
#include <thread>

namespace {

napi_value Sleep(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value argument = nullptr;
  double seconds = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  napi_get_value_double(env, argument, &seconds);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return nullptr;
}

napi_value FailAtEnd(napi_env env, napi_callback_info) {
  napi_add_env_cleanup_hook(
      env,
      [](void*) {
        napi_fatal_error("busy_addon", NAPI_AUTO_LENGTH, "at the end", NAPI_AUTO_LENGTH);
      },
      nullptr);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT(/* env, exports */) {
  napi_value function = nullptr;
  napi_create_function(env, "sleep", NAPI_AUTO_LENGTH, Sleep, nullptr, &function);
  napi_set_named_property(env, exports, "sleep", function);
  napi_create_function(env, "failAtEnd", NAPI_AUTO_LENGTH, FailAtEnd, nullptr, &function);
  napi_set_named_property(env, exports, "failAtEnd", function);
  return exports;
}
