#include "server/whatif/rehearsal.h"

#include <utility>

namespace wissel::whatif {
namespace {

// Looked up by the id that the command has; what is created is not there yet.
struct Already {
  const Engine& engine;

  bool operator()(const ConfigureCenter& c) const { return engine.directory().center == c.config; }
  bool operator()(const ConfigureSkill& c) const { return Same(engine.directory().skills, c); }
  bool operator()(const ConfigureTeam& c) const { return Same(engine.directory().teams, c); }
  bool operator()(const ConfigurePartner& c) const { return Same(engine.directory().partners, c); }
  bool operator()(const ConfigureProfile& c) const { return Same(engine.directory().profiles, c); }
  bool operator()(const ConfigureAgent& c) const { return Same(engine.directory().agents, c); }
  bool operator()(const ConfigureQueue& c) const {
    const QueueConfig* queue = c.id ? engine.directory().queues.Find(*c.id) : nullptr;
    if (queue == nullptr) return false;
    const Requirement* requirement = engine.FindRequirement(queue->requirement);
    QueueConfig wanted = c.config;
    wanted.requirement = queue->requirement;
    return wanted == *queue && requirement != nullptr && *requirement == c.requirement;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }

  template <class Id, class Config>
  static bool Same(const ResourceTable<Id, Config>& table, const Configure<Id, Config>& c) {
    const Config* there = c.id ? table.Find(*c.id) : nullptr;
    return there != nullptr && *there == c.config;
  }
};

// Versions are those of the rehearsal.
CommandBody WithoutVersion(CommandBody body) {
  std::visit(
      [](auto& c) {
        if constexpr (requires { c.if_digest; }) c.if_digest.reset();
      },
      body);
  return body;
}

}  // namespace

bool IsAlready(const Engine& engine, const CommandBody& command) {
  return std::visit(Already{engine}, command);
}

Rehearsal::Rehearsal(Engine engine, Instant moment)
    : engine_(std::move(engine)),
      moment_(moment),
      directory_(std::make_shared<const Directory>(engine_.directory())) {}

void Rehearsal::Submit(Command command, Done done) {
  Run([this, command = std::move(command), done = std::move(done)] { Decide(command, done); });
}

bool Rehearsal::Read(std::function<void(const Engine&)> read) {
  Run([this, read = std::move(read)] { read(engine_); });
  return true;
}

std::shared_ptr<const Directory> Rehearsal::directory() const {
  std::lock_guard lock(mutex_);
  return directory_;
}

void Rehearsal::Decide(const Command& command, const Done& done) {
  const bool already = IsAlready(engine_, command.body);
  std::vector<Event> events;
  const auto outcome = engine_.Decide(command, moment_, events);
  if (outcome.ok() && !already) changes_.push_back(WithoutVersion(command.body));
  {
    std::lock_guard lock(mutex_);
    directory_ = std::make_shared<const Directory>(engine_.directory());
  }
  done(outcome, engine_);
}

void Rehearsal::Run(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  if (running_) return;
  running_ = true;
  while (!tasks_.empty()) {
    const std::function<void()> next = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
  running_ = false;
}

}  // namespace wissel::whatif
