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

[[noreturn]] void ThrowStopped() {
  throw EnvironmentStopped("The EnvironmentPool has stopped; the call was not made.", std::nullopt,
                           EndReason::kNone);
}

}  // namespace

host::BackOff PoolMember::AfterEnd() const {
  const auto lived = std::chrono::steady_clock::now() - made_at_;
  return back_off_.AfterEnd(served_.load(std::memory_order_relaxed),
                            std::chrono::ceil<std::chrono::milliseconds>(lived));
}

std::string PoolMember::EndText() const {
  const std::optional<int> code = environment.exit_code();
  return code ? fmt::format("{} ended with exit code {}", name_, *code)
              : fmt::format("{} was ended", name_);
}

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

PoolState::PoolState(NodejsPlatform& platform, PoolOptions options, PoolWatcher watcher)
    : platform_(platform), options_(std::move(options)), watcher_(std::move(watcher)) {}

PoolState::~PoolState() { Stop(stop_timeout()); }

void PoolState::Start() {
  std::vector<Member> first(options_.size + options_.spares);
  ForAll(first, [this](Member& member) { member = Make({}); });
  const auto spares = first.begin() + static_cast<std::ptrdiff_t>(options_.size);
  working_.assign(first.begin(), spares);
  spares_.assign(spares, first.end());
  keeper_ = std::thread([this] { Keep(); });
}

PoolState::Member PoolState::Make(host::BackOff back_off) {
  EnvironmentOptions options = options_.environment;
  const std::string name = options.name = fmt::format("{}-{}", options.name, ++made_);
  auto member = std::make_shared<PoolMember>(platform_.CreateEnvironment(std::move(options)), name,
                                             done_, back_off);
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
      given_up_.reset();
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

void PoolState::Vacate(const Vacancy& vacancy, const std::string& why) {
  if (vacancy.back_off.gives_up() && watcher_.on_given_up) {
    given_up_ = why;
    tells_given_up_ = true;
  }
  vacant_.push_back(vacancy);
}

void PoolState::ReplaceDead() {
  const auto is_dead = [this](const Member& member) {
    if (member->is_alive()) return false;
    const host::BackOff back_off = member->AfterEnd();
    const auto pause = watcher_.on_made ? back_off.pause() : host::BackOff::Milliseconds{0};
    Vacate({.back_off = back_off, .due = Clock::now() + pause}, member->EndText());
    return true;
  };
  MoveDead(working_, is_dead);
  if (working_.size() < options_.size) MoveDead(spares_, is_dead);
  while (working_.size() < options_.size && !spares_.empty()) {
    working_.push_back(std::move(spares_.back()));
    spares_.pop_back();
    ++replaced_;
  }
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
  for (Vacancy& vacancy : vacant_) {
    if (vacancy.asked) continue;
    // While others do the work, what failed is tried again, but not for each call.
    if (!watcher_.on_made && !working_.empty() && Clock::now() < vacancy.due) continue;
    vacancy.asked = true;
    changed_.notify_all();
  }
}

PoolState::Member PoolState::TakeNow() {
  if (stopped_) ThrowStopped();
  ReplaceDead();
  AskKeeper();
  Member member = LeastBusy();
  if (member) member->Enter();
  return member;
}

PoolState::Member PoolState::TryTake() {
  const std::lock_guard lock(mutex_);
  return TakeNow();
}

PoolState::Member PoolState::Take() {
  Lock lock(mutex_);
  for (int in_vain = 0;; ++in_vain) {
    if (Member member = TakeNow()) return member;
    if (in_vain == host::BackOff::kGivesUpAt) {
      throw HostError(fmt::format(
          "The EnvironmentPool's environments end as they start: {} in a row had ended before they "
          "could take the call. Only PoolOptions::set_up and start_script run there by then.",
          host::BackOff::kGivesUpAt));
    }
    const std::uint64_t before = attempts_;
    changed_.wait(lock, [&] { return stopped_ || attempts_ != before; });
    if (working_.empty() && error_) std::rethrow_exception(error_);
  }
}

std::optional<std::string> PoolState::Lose(PoolMember& member) {
  const std::lock_guard lock(mutex_);
  member.set_lost();
  ReplaceDead();
  tells_given_up_ = false;
  return given_up_;
}

int PoolState::PausesAfter() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return 0;
  ReplaceDead();
  AskKeeper();
  if (!working_.empty() || vacant_.empty()) return 0;
  const Vacancy& next = *std::ranges::min_element(vacant_, {}, &Vacancy::due);
  return next.due > Clock::now() ? next.back_off.failures : 0;
}

void PoolState::Replenish() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  ReplaceDead();
  AskKeeper();
}

std::vector<PoolState::Vacancy>::iterator PoolState::NextVacancy() {
  auto next = vacant_.end();
  for (auto at = vacant_.begin(); at != vacant_.end(); ++at) {
    if (at->asked && (next == vacant_.end() || at->due < next->due)) next = at;
  }
  return next;
}

void PoolState::Keep() {
  Lock lock(mutex_);
  while (!stopped_) {
    ReplaceDead();
    if (TellGivenUp(lock)) continue;
    if (std::vector<Member> dead = std::exchange(dead_, {}); !dead.empty()) {
      lock.unlock();
      dead.clear();
      lock.lock();
      continue;
    }
    const auto next = NextVacancy();
    if (next == vacant_.end()) {
      changed_.wait(lock);
    } else if (!watcher_.on_made || next->due <= Clock::now()) {
      Fill(lock);
    } else {
      const Clock::time_point due = next->due;
      changed_.wait_until(lock, due);
    }
  }
}

// Without a watcher, an attempt that fails is not repeated until the next call asks: it would fail
// for ever.
void PoolState::Fill(Lock& lock) {
  const auto next = NextVacancy();
  const host::BackOff back_off = next->back_off;
  vacant_.erase(next);
  lock.unlock();
  std::exception_ptr error;
  try {
    const Member member = Make(back_off);
    while (!Admit(member)) {
    }
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  ++attempts_;
  if (error) {
    error_ = error;
    const host::BackOff after = back_off.AfterFailure();
    const auto pause = watcher_.on_made ? after.pause() : kRetryAfter;
    Vacate({.back_off = after, .due = Clock::now() + pause, .asked = watcher_.on_made != nullptr},
           fmt::format("An environment could not be started: {}", TextOf(error)));
  }
  changed_.notify_all();
  if (error || !watcher_.on_made || stopped_) return;
  lock.unlock();
  watcher_.on_made();
  lock.lock();
}

bool PoolState::TellGivenUp(Lock& lock) {
  if (!std::exchange(tells_given_up_, false) || !given_up_) return false;
  const std::string why = *given_up_;
  lock.unlock();
  watcher_.on_given_up(why);
  lock.lock();
  return true;
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
  for (std::vector<Member>* const list : {&working_, &spares_}) {
    MoveDead(*list, [&](const Member& member) {
      if (!lacks(member)) return false;
      Vacate({.back_off = {}, .due = Clock::now()}, {});
      return true;
    });
  }
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

}  // namespace nodehost::detail
