#include "attachments.hpp"

#include "thread/js_thread.hpp"

namespace nodehost::detail {

void Attachments::Add(v8::Isolate* isolate, v8::Local<v8::Object> object,
                      std::unique_ptr<Attachment> attachment) {
  Attachment* const added = attachment.release();
  added->object_.Reset(isolate, object);
  added->object_.SetWeak(added, &Unreachable, v8::WeakCallbackType::kParameter);
  added->next_ = first_;
  added->link_ = &first_;
  if (first_) first_->link_ = &added->next_;
  first_ = added;
}

// V8 calls this during a garbage collection: it may reset the handle, and use nothing else of V8.
void Attachments::Unreachable(const v8::WeakCallbackInfo<Attachment>& info) {
  info.GetParameter()->object_.Reset();
  info.SetSecondPassCallback(&Collected);
}

void Attachments::Collected(const v8::WeakCallbackInfo<Attachment>& info) {
  // Once the environment has ended, Clear has destroyed it or will.
  const JsThread* const thread = JsThread::Current();
  if (thread && thread->realm()) Remove(info.GetParameter());
}

void Attachments::Remove(Attachment* attachment) noexcept {
  *attachment->link_ = attachment->next_;
  if (attachment->next_) attachment->next_->link_ = attachment->link_;
  delete attachment;
}

void Attachments::Clear() noexcept {
  while (first_) Remove(first_);
}

}  // namespace nodehost::detail
