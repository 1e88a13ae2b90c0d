#include "attachments.hpp"

#include "thread/js_thread.hpp"

namespace nodehost::detail {

void Attachments::Add(v8::Isolate* isolate, v8::Local<v8::Object> object,
                      std::unique_ptr<Attachment> attachment) {
  Attachment* const added = attachment.release();
  added->object_.Reset(isolate, object);
  added->object_.SetWeak(added, &Unreachable, v8::WeakCallbackType::kParameter);
  added->owner_ = this;
  Link(added, first_);
}

// V8 calls this during a garbage collection: it may reset the handle, and use nothing else of V8.
void Attachments::Unreachable(const v8::WeakCallbackInfo<Attachment>& info) {
  Attachment* const attachment = info.GetParameter();
  Attachments& owner = *attachment->owner_;
  attachment->object_.Reset();
  if (owner.called_back_) {
    Unlink(attachment);
    Link(attachment, owner.collected_);
    return;
  }
  owner.called_back_ = true;
  info.SetSecondPassCallback(&Collected);
}

void Attachments::Collected(const v8::WeakCallbackInfo<Attachment>& info) {
  // Once the environment has ended, Clear has destroyed it or will.
  const JsThread* const thread = JsThread::Current();
  if (!thread || !thread->access().has_realm()) return;
  // What destructors call may be JavaScript. V8 before Node 24's allows that here itself; from then
  // on it does not where the collection was asked for.
  const v8::Isolate::AllowJavascriptExecutionScope allowed(info.GetIsolate());
  Attachments& owner = *info.GetParameter()->owner_;
  owner.called_back_ = false;
  Remove(info.GetParameter());
  while (owner.collected_) Remove(owner.collected_);
}

void Attachments::Link(Attachment* attachment, Attachment*& first) noexcept {
  attachment->next_ = first;
  attachment->link_ = &first;
  if (first) first->link_ = &attachment->next_;
  first = attachment;
}

void Attachments::Unlink(Attachment* attachment) noexcept {
  *attachment->link_ = attachment->next_;
  if (attachment->next_) attachment->next_->link_ = attachment->link_;
}

void Attachments::Remove(Attachment* attachment) noexcept {
  Unlink(attachment);
  // What it holds may collect garbage as it goes, which must not find this one again.
  if (!attachment->object_.IsEmpty()) attachment->object_.ClearWeak();
  delete attachment;
}

void Attachments::Clear() noexcept {
  while (Attachment* const one = collected_ ? collected_ : first_) Remove(one);
}

}  // namespace nodehost::detail
