// Streams with one end in JavaScript: what js/first_use/streams.js does there, and the native
// functions by which it reads and writes the queue.
#pragma once

#include <v8.h>

#include <memory>

#include "nodehost/convert/streams.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

/// Whether js/first_use/streams.js can read `value`, or write to it. Runs no JavaScript but getters
/// of the value's.
bool IsReadable(Realm& realm, v8::Local<v8::Value> value);
bool IsWritable(Realm& realm, v8::Local<v8::Value> value);

/// What feeds C++'s streams in the place of a Readable whose chunks come from C++ themselves.
class StreamFeed {
 public:
  /// Called at most once: `state`, whose chunks are of `type`, is the stream that was made of the
  /// Readable, which gets no chunks itself from then on.
  virtual void FeedTo(const TypeInfo& type, const std::shared_ptr<StreamQueue>& state) = 0;

 protected:
  ~StreamFeed() = default;
};

/// While it lives, what C++ makes of `readable` is fed by `feed`. JavaScript may read `readable` as
/// it would any other.
class FeedScope {
 public:
  FeedScope(v8::Local<v8::Value> readable, StreamFeed& feed);
  ~FeedScope();
  FeedScope(const FeedScope&) = delete;
  FeedScope& operator=(const FeedScope&) = delete;

  /// Null for other Readables.
  static StreamFeed* Find(v8::Local<v8::Value> readable);

 private:
  const v8::Local<v8::Value> readable_;
  StreamFeed& feed_;
  const FeedScope* const outer_;
};

/// What `stream` is made of: JavaScript's stream feeds it, or is fed by it.
void ReadFromJs(Realm& realm, v8::Local<v8::Value> source, const TypeInfo& type, void* stream);
void WriteToJs(Realm& realm, v8::Local<v8::Value> sink, const TypeInfo& type, void* stream);

/// The end of C++'s as a stream in JavaScript.
v8::Local<v8::Value> ReadableOf(Realm& realm, const TypeInfo& type, const void* stream);
v8::Local<v8::Value> WritableOf(Realm& realm, const TypeInfo& type, const void* stream);
v8::Local<v8::Value> PairOf(Realm& realm, const StreamPairOps& ops, void* pair);

/// An iterator on the two functions of `steps`.
v8::Local<v8::Value> IteratorOf(Realm& realm, v8::Local<v8::Value> steps);

/// Whether messages can be posted by `value`.
bool IsMessagePort(Realm& realm, v8::Local<v8::Value> value);

/// What `stream` is made of: the messages of a port. Returns the function that posts.
v8::Local<v8::Value> MessagesFromJs(Realm& realm, v8::Local<v8::Value> port, const TypeInfo& type,
                                    void* stream);

}  // namespace nodehost::detail
