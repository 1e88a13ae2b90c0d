#if __has_include("engines.h")
#include "engines.h"
#endif

#ifdef NODEHOST_BENCH_DUKTAPE

#include <stdexcept>

#include "engine.hpp"

namespace bench {

namespace {

class Duktape final : public Engine {
 public:
  Duktape(const std::string& package, const std::string& job) {
    Run(NODEHOST_BENCH_DIR "/engines/before.js");
    Run(package);
    duk_get_global_string(heap_.get(), "jobs");
    duk_get_prop_lstring(heap_.get(), -1, job.data(), job.size());  // stays on the stack
  }

  std::string Call(const std::string& text) override {
    duk_dup_top(heap_.get());
    // UTF-8 as it is: Duktape's CESU-8 is the same for all but characters beyond U+FFFF.
    duk_push_lstring(heap_.get(), text.data(), text.size());
    Check(duk_pcall(heap_.get(), 1));
    duk_size_t size = 0;
    const char* const result = duk_safe_to_lstring(heap_.get(), -1, &size);
    std::string copy(result, size);
    duk_pop(heap_.get());
    return copy;
  }

 private:
  struct Destroy {
    void operator()(duk_context* heap) const { duk_destroy_heap(heap); }
  };

  void Run(const std::string& path) {
    const std::string source = TextOf(path);
    duk_push_string(heap_.get(), path.c_str());
    Check(duk_pcompile_lstring_filename(heap_.get(), 0, source.data(), source.size()));
    Check(duk_pcall(heap_.get(), 0));
    duk_pop(heap_.get());
  }

  void Check(duk_int_t result) {
    if (result == DUK_EXEC_SUCCESS) return;
    const std::string stack = duk_safe_to_stacktrace(heap_.get(), -1);
    duk_pop(heap_.get());
    throw std::runtime_error("duktape: " + stack);
  }

  std::unique_ptr<duk_context, Destroy> heap_{duk_create_heap_default()};
};

}  // namespace

std::unique_ptr<Engine> NewDuktape(const std::string& package, const std::string& job) {
  return std::make_unique<Duktape>(package, job);
}

}  // namespace bench

#endif
