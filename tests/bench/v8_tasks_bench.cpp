// The rows `v8` of promise: what waits, written by hand on V8's API. A promise is waited for by two
// functions that are made once; a function of C++'s gives a promise that it has settled.
#include <nodehost/v8.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include "bench.hpp"
#include "engine/node_version.hpp"

namespace bench {

namespace {

using Info = v8::FunctionCallbackInfo<v8::Value>;

// Awaits benchLater(1.5) as many times as it is told, one after the other.
class Loop {
 public:
  explicit Loop(nh::Js& js) {
    const nh::RawV8 raw(js);
    isolate_ = raw.isolate();
    const v8::Local<v8::Context> context = raw.context();
    context_.Reset(isolate_, context);
    const v8::Local<v8::Value> self = nh::detail::NewExternal(isolate_, this);
    fulfilled_.Reset(isolate_, v8::Function::New(context, &Fulfilled, self).ToLocalChecked());
    rejected_.Reset(isolate_, v8::Function::New(context, &Rejected, self).ToLocalChecked());
    later_.Reset(isolate_, raw.Get(js.Global()["benchLater"]).As<v8::Function>());
  }

  // Any thread. Returns when all are done.
  void Run(int awaits) {
    const nh::PromiseSource<> done;
    done_ = &done;
    left_ = awaits;
    Node().Post([this](nh::Js&) { Step(); });
    done.task().Get();
  }

 private:
  void Step() {
    const v8::HandleScope scope(isolate_);
    const v8::TryCatch caught(isolate_);
    const v8::Local<v8::Context> context = context_.Get(isolate_);
    v8::Local<v8::Value> argument = v8::Number::New(isolate_, 1.5);
    v8::Local<v8::Value> promise;
    if (!later_.Get(isolate_)
             ->Call(context, v8::Undefined(isolate_), 1, &argument)
             .ToLocal(&promise) ||
        !promise->IsPromise() ||
        promise.As<v8::Promise>()
            ->Then(context, fulfilled_.Get(isolate_), rejected_.Get(isolate_))
            .IsEmpty()) {
      done_->Reject(std::runtime_error("benchLater gave no promise"));
    }
  }

  static void Fulfilled(const Info& info) {
    auto* const self = static_cast<Loop*>(nh::detail::ExternalPointer(info.Data()));
    if (--self->left_ > 0) {
      self->Step();
    } else {
      self->done_->Resolve();
    }
  }
  static void Rejected(const Info& info) {
    const auto* const self = static_cast<Loop*>(nh::detail::ExternalPointer(info.Data()));
    self->done_->Reject(std::runtime_error("benchLater was rejected"));
  }

  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Function> later_;
  v8::Global<v8::Function> fulfilled_;
  v8::Global<v8::Function> rejected_;
  const nh::PromiseSource<>* done_ = nullptr;
  int left_ = 0;
};

void Settled(const Info& info) {
  const v8::Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!info[0]->IsNumber() || !v8::Promise::Resolver::New(context).ToLocal(&resolver)) return;
  const double number = info[0].As<v8::Number>()->Value();
  if (resolver->Resolve(context, v8::Number::New(info.GetIsolate(), number)).IsNothing()) return;
  info.GetReturnValue().Set(resolver->GetPromise());
}

}  // namespace

void DefineV8Task(nh::Js& js) {
  const nh::RawV8 raw(js);
  js.Global().Set("benchTaskV8",
                  raw.Make(v8::Function::New(raw.context(), &Settled).ToLocalChecked()));
}

void AwaitJsByV8(benchmark::State& state, int awaits) {
  const auto loop = Node().Run([](nh::Js& js) { return std::make_shared<Loop>(js); });
  for (auto _ : state) loop->Run(awaits);
  state.SetItemsProcessed(state.iterations() * awaits);
}

}  // namespace bench
