// The standard methods for one kind of resource (config_kinds.h), written once for all six.
//
// A change is made on the resource as it is at the moment of the change: it is read on the
// sequencer thread, merged and checked there, and submitted on condition that the resource is still
// the same; where it is not and the caller gave no etag, once more. Changes of one resource take
// turns, because an agent's has a second half: the person in the people directory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/rpc/method_table.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "router/service/config_kinds.h"
#include "router/service/pages.h"
#include "router/service/requests.h"
#include "router/service/turns.h"

namespace wissel {

struct ConfigStore {
  Shard& shard;
  People& people;
  std::shared_ptr<Turns> turns;
};
using ConfigStorePtr = std::shared_ptr<const ConfigStore>;

// The fields of `resource` that the mask names, put over `current`; an empty mask takes `resource`
// as a whole. Field names in either spelling.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> MergeMasked(
    const google::protobuf::Message& current, const google::protobuf::Message& resource,
    const google::protobuf::FieldMask& mask);

// The engine names fields from the resource on; `field` is where the resource stands in the
// request. `name_field` is what a request calls the resource's name.
absl::Status InRequest(const absl::Status& refusal, std::string_view field,
                       std::string_view name_field);

absl::Status EtagRefusal(std::string_view field);

template <class Config>
std::string Etag(const Config& config, std::optional<uint64_t> beside) {
  std::string etag = fmt::format("{:016x}", DigestOf(config));
  if (beside) etag += fmt::format("-{:016x}", *beside);
  return etag;
}

// The resource as an answer shows it.
template <class Resource, class Config>
Resource Shown(const ConfigView& view, const Config& config) {
  using Kind = ConfigKind<Resource>;
  Resource resource;
  Kind::Write(view, config, &resource);
  resource.set_name(std::string(Collection<typename Kind::Id>::kPrefix) + config.name);
  resource.set_etag(Etag(config, Kind::DigestBeside(view, config)));
  return resource;
}

// Empty for a resource that is no person.
template <class Resource>
Person PersonIn(const Resource& resource) {
  if constexpr (ConfigKind<Resource>::kIsPerson) {
    return ConfigKind<Resource>::PersonIn(resource);
  } else {
    return {};
  }
}

template <class Resource>
absl::StatusOr<Resource> ShownByName(const ConfigView& view, const std::string& name) {
  using Id = typename ConfigKind<Resource>::Id;
  WISSEL_ASSIGN_OR_RETURN(const Id id, FindByName<Id>(view.directory, name, "name"));
  return Shown<Resource>(view, Collection<Id>::Table(view.directory).Get(id));
}

template <class Resource>
typename ConfigKind<Resource>::Listed ShownPage(const ConfigView& view, Page page, uint64_t list) {
  using Kind = ConfigKind<Resource>;
  using Id = typename Kind::Id;
  const auto& table = Collection<Id>::Table(view.directory);
  typename Kind::Listed listed;
  int count = 0;
  for (uint64_t i = page.from; i < table.next_id().value(); ++i) {
    const auto* config = table.Find(Id(static_cast<uint32_t>(i)));
    if (config == nullptr) continue;
    if (count++ == page.size) {
      listed.set_next_page_token(PageToken(i, list));
      break;
    }
    *Kind::AddTo(listed) = Shown<Resource>(view, *config);
  }
  return listed;
}

// Answers a look at the configuration: on the spot, where the directory is enough.
template <class Resource, class Response, class Answer>
void LookAtConfig(const ConfigStorePtr& store, rpc::Reply<Response> reply, Answer answer) {
  if constexpr (ConfigKind<Resource>::kNeedsEngine) {
    Look(store->shard, std::move(reply), [store, answer](const Engine& engine) {
      return answer(ConfigView{engine.directory(), &engine, store->people});
    });
  } else {
    const auto directory = store->shard.directory();
    reply(answer(ConfigView{*directory, nullptr, store->people}));
  }
}

// What a change of a resource ends in, whichever it was: the second half of an agent's change, then
// the answer. Runs on the sequencer thread.
template <class Resource>
void AnswerChange(const ConfigStorePtr& store, const Outcome& outcome, const Engine& engine,
                  const Person& person, const rpc::Reply<Resource>& reply) {
  using Kind = ConfigKind<Resource>;
  using Id = typename Kind::Id;
  const ConfigView view = {engine.directory(), &engine, store->people};
  const auto* config =
      Collection<Id>::Table(view.directory).Find(Id(static_cast<uint32_t>(outcome.subject)));
  if (config == nullptr) {
    return reply(Refuse(absl::StatusCode::kNotFound, "", "it has been deleted since"));
  }
  if constexpr (Kind::kIsPerson) {
    // A repetition of long ago must not bring an old name back, but may complete a change
    // that was cut off between its halves.
    const bool set = !outcome.repeated || store->people.Get(config->name).empty();
    if (set) {
      const std::string name = config->name;
      const auto shown = std::make_shared<Resource>(Shown<Resource>(view, *config));
      return store->people.Set(name, person,
                               [store, reply, shown, config = *config](const absl::Status& kept) {
                                 if (!kept.ok()) return reply(kept);
                                 const Directory none;
                                 const ConfigView view = {none, nullptr, store->people};
                                 Kind::WritePerson(store->people.Get(config.name), shown.get());
                                 shown->set_etag(Etag(config, Kind::DigestBeside(view, config)));
                                 reply(std::move(*shown));
                               });
    }
  }
  reply(Shown<Resource>(view, *config));
}

template <class Resource>
void CreateResource(const ConfigStorePtr& store, const rpc::Context& context,
                    const typename ConfigKind<Resource>::Create& request,
                    rpc::Reply<Resource> reply) {
  using Kind = ConfigKind<Resource>;
  const std::string id_field = fmt::format("{}Id", Kind::kField);
  const auto origin = OriginOf(context.caller, fmt::format("Create{}", Kind::kMethod),
                               request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  const std::string& name = Kind::IdIn(request);
  if (!IsResourceId(name)) {
    return reply(RefuseField(id_field, fmt::format("{} is no id", Quoted(name)),
                             "1 to 63 characters of [a-z0-9-], beginning with a letter"));
  }
  absl::StatusOr<CommandBody> body = Kind::ToCommand(
      Kind::In(request), {name, std::nullopt, std::nullopt}, *store->shard.directory());
  absl::Status before = InRequest(body.status(), Kind::kField, id_field);
  if (!body.ok() && !origin->request) return reply(before);
  store->turns->Take(
      fmt::format("{}/{}", Kind::kField, name),
      [store, origin = *origin, body = std::move(body), before, id_field, reply,
       person = PersonIn(Kind::In(request))](std::shared_ptr<Turns::Turn> turn) {
        const auto answer = EndingTurn(std::move(turn), reply);
        store->shard.Submit(CommandOf(body, origin), [=](const absl::StatusOr<Outcome>& outcome,
                                                         const Engine& engine) {
          if (outcome.ok()) {
            return AnswerChange<Resource>(store, *outcome, engine, person, answer);
          }
          answer(RefusalOf(before, InRequest(outcome.status(), Kind::kField, id_field)));
        });
      });
}

// One update on its way; its parts stay until it is answered.
template <class Resource>
class UpdateCall : public std::enable_shared_from_this<UpdateCall<Resource>> {
 public:
  using Kind = ConfigKind<Resource>;
  using Id = typename Kind::Id;

  UpdateCall(ConfigStorePtr store, typename Kind::Update request, Origin origin,
             rpc::Reply<Resource> reply)
      : store_(std::move(store)),
        request_(std::move(request)),
        origin_(std::move(origin)),
        reply_(std::move(reply)) {}

  void Go() {
    const bool runs = store_->shard.Read(
        [self = this->shared_from_this()](const Engine& engine) { self->Attempt(engine); });
    if (!runs) reply_(NoLook());
  }

 private:
  static constexpr int kMostAttempts = 10;

  const Resource& wanted() const { return Kind::In(request_); }

  void Attempt(const Engine& engine) {
    ++attempts_;
    absl::StatusOr<CommandBody> body = CommandAt(engine);
    absl::Status before =
        InRequest(body.status(), Kind::kField, fmt::format("{}.name", Kind::kField));
    if (!body.ok() && !origin_.request) return reply_(before);
    store_->shard.Submit(CommandOf(std::move(body), origin_),
                         [self = this->shared_from_this(), before](
                             const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
                           self->OnOutcome(before, outcome, engine);
                         });
  }

  void OnOutcome(const absl::Status& before, const absl::StatusOr<Outcome>& outcome,
                 const Engine& engine) {
    if (outcome.ok()) {
      return AnswerChange<Resource>(store_, *outcome, engine, person_, reply_);
    }
    const bool changed_meanwhile = before.ok() && absl::IsAborted(outcome.status());
    if (changed_meanwhile && wanted().etag().empty() && attempts_ < kMostAttempts) {
      return Attempt(engine);
    }
    reply_(RefusalOf(
        before, InRequest(outcome.status(), Kind::kField, fmt::format("{}.name", Kind::kField))));
  }

  // Fields at fault are named from the resource on.
  absl::StatusOr<CommandBody> CommandAt(const Engine& engine) {
    const ConfigView view = {engine.directory(), &engine, store_->people};
    WISSEL_ASSIGN_OR_RETURN(const Id id, FindByName<Id>(view.directory, wanted().name(), "name"));
    const auto& config = Collection<Id>::Table(view.directory).Get(id);
    const Resource current = Shown<Resource>(view, config);
    if (!wanted().etag().empty() && wanted().etag() != current.etag()) return EtagRefusal("etag");
    WISSEL_ASSIGN_OR_RETURN(const auto merged,
                            MergeMasked(current, wanted(), request_.update_mask()));
    const auto& resource = static_cast<const Resource&>(*merged);
    person_ = PersonIn(resource);
    return Kind::ToCommand(resource, {config.name, id, DigestOf(config)}, view.directory);
  }

  const ConfigStorePtr store_;
  const typename Kind::Update request_;
  const Origin origin_;
  const rpc::Reply<Resource> reply_;
  Person person_;
  int attempts_ = 0;
};

template <class Resource>
void UpdateResource(const ConfigStorePtr& store, const rpc::Context& context,
                    const typename ConfigKind<Resource>::Update& request,
                    rpc::Reply<Resource> reply) {
  using Kind = ConfigKind<Resource>;
  using Names = Collection<typename Kind::Id>;
  const auto origin = OriginOf(context.caller, fmt::format("Update{}", Kind::kMethod),
                               request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  const auto name = ParseName(Names::kPrefix, Names::kForm, Kind::In(request).name(),
                              fmt::format("{}.name", Kind::kField));
  if (!name.ok()) return reply(name.status());
  store->turns->Take(fmt::format("{}/{}", Kind::kField, *name),
                     [store, request, origin = *origin, reply](std::shared_ptr<Turns::Turn> turn) {
                       std::make_shared<UpdateCall<Resource>>(store, request, origin,
                                                              EndingTurn(std::move(turn), reply))
                           ->Go();
                     });
}

template <class Resource>
absl::StatusOr<CommandBody> DeletionOf(const ConfigView& view, const std::string& name,
                                       const std::string& etag) {
  using Kind = ConfigKind<Resource>;
  using Id = typename Kind::Id;
  WISSEL_ASSIGN_OR_RETURN(const Id id, FindByName<Id>(view.directory, name, "name"));
  if (etag.empty()) return Delete<Id>{id, std::nullopt};
  const auto& config = Collection<Id>::Table(view.directory).Get(id);
  if (etag != Etag(config, Kind::DigestBeside(view, config))) return EtagRefusal("etag");
  return Delete<Id>{id, DigestOf(config)};
}

template <class Resource>
void AnswerDeletion(const ConfigStorePtr& store, const Outcome& outcome, const std::string& name,
                    const rpc::Reply<google::protobuf::Empty>& reply) {
  // Somebody may have the name again since the first time.
  if (!ConfigKind<Resource>::kIsPerson || outcome.repeated) return reply(google::protobuf::Empty());
  store->people.Erase(name, [reply](const absl::Status& erased) {
    if (!erased.ok()) return reply(erased);
    reply(google::protobuf::Empty());
  });
}

// Runs on the sequencer thread; `last` is the last part of the name.
template <class Resource>
void DeleteAt(const ConfigStorePtr& store, const Engine& engine,
              const typename ConfigKind<Resource>::Delete& request, const std::string& last,
              const Origin& origin, const rpc::Reply<google::protobuf::Empty>& reply) {
  const ConfigView view = {engine.directory(), &engine, store->people};
  auto body = DeletionOf<Resource>(view, request.name(), request.etag());
  if (!body.ok() && !origin.request) return reply(body.status());
  store->shard.Submit(CommandOf(body, origin),
                      [store, last, reply, before = body.status()](
                          const absl::StatusOr<Outcome>& outcome, const Engine&) {
                        if (!outcome.ok()) return reply(RefusalOf(before, outcome.status()));
                        AnswerDeletion<Resource>(store, *outcome, last, reply);
                      });
}

template <class Resource>
void DeleteResource(const ConfigStorePtr& store, const rpc::Context& context,
                    const typename ConfigKind<Resource>::Delete& request,
                    rpc::Reply<google::protobuf::Empty> reply) {
  using Kind = ConfigKind<Resource>;
  using Names = Collection<typename Kind::Id>;
  const auto origin = OriginOf(context.caller, fmt::format("Delete{}", Kind::kMethod),
                               request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  const auto name = ParseName(Names::kPrefix, Names::kForm, request.name(), "name");
  if (!name.ok()) return reply(name.status());
  store->turns->Take(fmt::format("{}/{}", Kind::kField, *name),
                     [store, request, last = std::string(*name), origin = *origin,
                      reply](std::shared_ptr<Turns::Turn> turn) {
                       const auto answer = EndingTurn(std::move(turn), reply);
                       const bool runs = store->shard.Read([=](const Engine& engine) {
                         DeleteAt<Resource>(store, engine, request, last, origin, answer);
                       });
                       if (!runs) answer(NoLook());
                     });
}

}  // namespace wissel
