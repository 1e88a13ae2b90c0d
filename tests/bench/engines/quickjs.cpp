#if __has_include("engines.h")
#include "engines.h"
#endif

#ifdef NODEHOST_BENCH_QUICKJS

#include <stdexcept>

#include "engine.hpp"

namespace bench {

namespace {

class QuickJs final : public Engine {
 public:
  QuickJs(const std::string& package, const std::string& job) {
    Run(NODEHOST_BENCH_DIR "/engines/before.js");
    Run(package);
    job_ = Checked(JS_Eval(context_.get(), ("jobs." + job).c_str(), job.size() + 5, "job", 0));
  }

  ~QuickJs() override { JS_FreeValue(context_.get(), job_); }

  std::string Call(const std::string& text) override {
    JSContext* const js = context_.get();
    JSValue argument = JS_NewStringLen(js, text.data(), text.size());
    const JSValue result = JS_Call(js, job_, job_, 1, &argument);  // any `this` will do
    JS_FreeValue(js, argument);
    return Text(Checked(result));
  }

 private:
  struct Free {
    void operator()(JSRuntime* runtime) const { JS_FreeRuntime(runtime); }
    void operator()(JSContext* context) const { JS_FreeContext(context); }
  };

  void Run(const std::string& path) {
    const std::string source = TextOf(path);
    JS_FreeValue(context_.get(), Checked(JS_Eval(context_.get(), source.data(), source.size(),
                                                 path.c_str(), JS_EVAL_TYPE_GLOBAL)));
  }

  /// Takes the value.
  std::string Text(JSValue value) {
    std::size_t size = 0;
    const char* const text = JS_ToCStringLen(context_.get(), &size, value);
    JS_FreeValue(context_.get(), value);
    std::string copy(text ? text : "", text ? size : 0);
    JS_FreeCString(context_.get(), text);
    return copy;
  }

  JSValue Checked(JSValue result) {
    if (!JS_IsException(result)) return result;
    const JSValue error = JS_GetException(context_.get());
    const JSValue stack = JS_GetPropertyStr(context_.get(), error, "stack");
    throw std::runtime_error("quickjs: " + Text(error) + '\n' + Text(stack));
  }

  std::unique_ptr<JSRuntime, Free> runtime_{JS_NewRuntime()};
  std::unique_ptr<JSContext, Free> context_{JS_NewContext(runtime_.get())};
  JSValue job_{};
};

}  // namespace

std::unique_ptr<Engine> NewQuickJs(const std::string& package, const std::string& job) {
  return std::make_unique<QuickJs>(package, job);
}

}  // namespace bench

#endif
