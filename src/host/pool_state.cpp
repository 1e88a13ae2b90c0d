#include "pool_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "nodehost/errors.hpp"
#include "nodehost/platform.hpp"

namespace nodehost::detail {

namespace {

constexpr std::chrono::seconds kRetryAfter{1};

// Calls `function` for each element, all at a time; throws what the first that fails throws, when
// all are done.
template <class T, class F>
void ForAll(std::vector<T>& elements, F function) {
  std::vector<std::future<void>> under_way;
  under_way.reserve(elements.size());
  for (T& element : elements) {
    under_way.push_back(
        std::async(std::launch::async, [&function, &element] { function(element); }));
  }
  for (const std::future<void>& one : under_way) one.wait();
  for (std::future<void>& one : under_way) one.get();
}

std::string TextOf(const std::exception_ptr& error) {
  if (!error) return {};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "PoolOptions::set_up threw something that is no std::exception";
  }
}

}  // namespace

void PoolMember::Import(const std::vector<PoolImport>& imports) {
  for (std::size_t number = import_count(); number < imports.size(); ++number) {
    std::shared_ptr<void> made = imports[number](environment);
    const std::lock_guard lock(mutex_);
    imported_.push_back(std::move(made));
  }
}

void PoolMember::KeepImports(std::size_t count) {
  const std::lock_guard lock(mutex_);
  imported_.resize(std::min(count, imported_.size()));
}

std::size_t PoolMember::import_count() const {
  const std::lock_guard lock(mutex_);
  return imported_.size();
}

void* PoolMember::Imported(std::size_t number) const noexcept {
  const std::lock_guard lock(mutex_);
  return imported_[number].get();
}

PoolState::PoolState(NodejsPlatform& platform, PoolOptions options)
    : platform_(platform), options_(std::move(options)) {}

PoolState::~PoolState() { Stop(stop_timeout()); }

void PoolState::Start() {
  std::vector<Member> first(options_.size + options_.spares);
  ForAll(first, [this](Member& member) { member = Make(); });
  const auto spares = first.begin() + static_cast<std::ptrdiff_t>(options_.size);
  working_.assign(first.begin(), spares);
  spares_.assign(spares, first.end());
  keeper_ = std::thread([this] { Keep(); });
}

PoolState::Member PoolState::Make() {
  EnvironmentOptions options = options_.environment;
  options.name = fmt::format("{}-{}", options.name, ++made_);
  auto member =
      std::make_shared<PoolMember>(platform_.CreateEnvironment(std::move(options)), done_);
  if (options_.set_up) options_.set_up(member->environment);
  return member;
}

bool PoolState::Admit(Member member) {
  std::vector<PoolImport> imports;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return true;
    if (member->import_count() == imports_.size()) {
      if (working_.size() < options_.size) {
        working_.push_back(std::move(member));
        ++replaced_;
      } else {
        spares_.push_back(std::move(member));
      }
      error_ = nullptr;
      return true;
    }
    imports = imports_;
  }
  member->Import(imports);
  return false;
}

template <class IsDead>
void PoolState::MoveDead(std::vector<Member>& members, IsDead&& is_dead) {
  std::erase_if(members, [&](const Member& member) {
    if (!is_dead(member)) return false;
    dead_.push_back(member);
    return true;
  });
}

void PoolState::ReplaceDead() {
  const auto is_dead = [](const Member& member) { return !member->is_alive(); };
  MoveDead(working_, is_dead);
  if (working_.size() < options_.size) MoveDead(spares_, is_dead);
  while (working_.size() < options_.size && !spares_.empty()) {
    working_.push_back(std::move(spares_.back()));
    spares_.pop_back();
    ++replaced_;
  }
}

bool PoolState::IsShort() const noexcept {
  return working_.size() + spares_.size() < options_.size + options_.spares;
}

PoolState::Member PoolState::LeastBusy() const {
  const auto here = std::find_if(working_.begin(), working_.end(), [](const Member& member) {
    return member->environment.OnJsThread();
  });
  if (here != working_.end()) return *here;
  // Of several that are equally busy, the first: it has run most, so V8 has optimised most of its
  // code.
  const auto least = std::min_element(
      working_.begin(), working_.end(),
      [](const Member& a, const Member& b) { return a->running() < b->running(); });
  return least == working_.end() ? nullptr : *least;
}

void PoolState::AskKeeper() {
  if (asked_ || !IsShort()) return;
  // While others do the work, what failed is tried again, but not for each call.
  if (!working_.empty() && std::chrono::steady_clock::now() < retry_at_) return;
  asked_ = true;
  changed_.notify_all();
}

PoolState::Member PoolState::Take() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stopped_) ThrowStopped();
    ReplaceDead();
    AskKeeper();
    if (Member member = LeastBusy()) {
      member->Enter();
      return member;
    }
    const std::uint64_t before = attempts_;
    changed_.wait(lock, [&] { return stopped_ || attempts_ != before; });
    if (working_.empty() && error_) std::rethrow_exception(error_);
  }
}

// An attempt that fails is not repeated until the next call asks: it would fail for ever.
void PoolState::Keep() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return asked_ || stopped_; });
    if (stopped_) return;
    ReplaceDead();
    std::vector<Member> dead = std::exchange(dead_, {});
    const bool is_short = IsShort();
    if (!is_short) asked_ = false;
    lock.unlock();
    dead.clear();
    std::exception_ptr error;
    try {
      if (is_short) {
        const Member member = Make();
        while (!Admit(member)) {
        }
      }
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (!is_short) continue;
    ++attempts_;
    if (error) {
      error_ = error;
      asked_ = false;
      retry_at_ = std::chrono::steady_clock::now() + kRetryAfter;
    }
    changed_.notify_all();
  }
}

std::size_t PoolState::AddImport(PoolImport import) {
  const std::lock_guard one_at_a_time(import_mutex_);
  std::vector<Member> members;
  std::vector<PoolImport> imports;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) ThrowStopped();
    ReplaceDead();
    imports = imports_;
    imports.push_back(std::move(import));
    members = working_;
    members.insert(members.end(), spares_.begin(), spares_.end());
  }
  try {
    ForAll(members, [&](Member& member) { member->Import(imports); });
  } catch (...) {
    for (const Member& member : members) member->KeepImports(imports.size() - 1);
    throw;
  }
  const std::lock_guard lock(mutex_);
  imports_ = std::move(imports);
  // An environment that was added meanwhile lacks the import: the keeper replaces it.
  const auto lacks = [this](const Member& member) {
    return member->import_count() < imports_.size();
  };
  for (std::vector<Member>* const list : {&working_, &spares_}) MoveDead(*list, lacks);
  return imports_.size() - 1;
}

std::vector<StopResult> PoolState::Stop(std::chrono::milliseconds timeout) {
  const std::lock_guard one_at_a_time(stop_mutex_);
  std::vector<Member> members;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (std::vector<Member>* const list : {&working_, &spares_, &dead_}) {
      members.insert(members.end(), list->begin(), list->end());
      list->clear();
    }
    changed_.notify_all();
  }
  std::vector<std::pair<Member, StopResult>> stops;
  stops.reserve(members.size());
  for (Member& member : members) stops.emplace_back(std::move(member), StopResult{});
  ForAll(stops, [&](auto& stop) { stop.second = stop.first->environment.Stop(timeout); });
  if (keeper_.joinable()) keeper_.join();
  std::vector<StopResult> results;
  results.reserve(stops.size());
  for (auto& stop : stops) results.push_back(std::move(stop.second));
  return results;
}

PoolStatistics PoolState::Read() {
  const std::lock_guard lock(mutex_);
  ReplaceDead();
  PoolStatistics statistics{.environments = working_.size(),
                            .spares = spares_.size(),
                            .running = 0,
                            .done = done_->load(std::memory_order_relaxed),
                            .replaced = replaced_,
                            .last_error = TextOf(error_)};
  for (const Member& member : working_) {
    statistics.running += static_cast<std::size_t>(member->running());
  }
  return statistics;
}

void PoolState::ThrowStopped() {
  throw EnvironmentStopped("The EnvironmentPool has stopped; the call was not made.", std::nullopt,
                           EndReason::kNone);
}

}  // namespace nodehost::detail
