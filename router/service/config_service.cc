#include "router/service/config_service.h"

#include <algorithm>
#include <utility>

#include "router/service/config_methods.h"

namespace wissel {
namespace {

using rpc::Context;
using rpc::Reply;

const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& type,
                                                   const std::string& path) {
  const auto* field = type.FindFieldByName(path);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(path);
}

std::string ChangeableFields(const google::protobuf::Descriptor& type) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& name = type.field(i)->json_name();
    if (name == "name" || name == "etag") continue;
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

template <class Resource>
void RegisterLooks(rpc::MethodTable& table, rpc::Access access, ConfigStorePtr store) {
  using Kind = ConfigKind<Resource>;
  using Listed = typename Kind::Listed;
  constexpr std::string_view kService = "wissel.v1.ConfigService";
  table.Unary<typename Kind::Get, Resource>(
      fmt::format("{}.Get{}", kService, Kind::kMethod), access,
      [store](const Context&, const typename Kind::Get& request, Reply<Resource> reply) {
        LookAtConfig<Resource>(store, std::move(reply),
                               [name = request.name()](const ConfigView& view) {
                                 return ShownByName<Resource>(view, name);
                               });
      });
  table.Unary<typename Kind::List, Listed>(
      fmt::format("{}.List{}s", kService, Kind::kMethod), access,
      [store](const Context&, const typename Kind::List& request, Reply<Listed> reply) {
        // The kind alone says which list it is; its digest is that of its name.
        Digest list;
        list.Add(std::string(Kind::kField));
        const auto page = ReadPage(request.page_size(), request.page_token(), list.value());
        if (!page.ok()) return reply(page.status());
        LookAtConfig<Resource>(
            store, std::move(reply), [page = *page, list = list.value()](const ConfigView& view) {
              return absl::StatusOr<Listed>(ShownPage<Resource>(view, page, list));
            });
      });
}

template <class Resource>
void RegisterKind(rpc::MethodTable& table, ConfigStorePtr store) {
  using rpc::Role;
  using Kind = ConfigKind<Resource>;
  constexpr std::string_view kService = "wissel.v1.ConfigService";
  const rpc::Access change = rpc::Access::Of({Role::kManager, Role::kAdmin});
  RegisterLooks<Resource>(table, rpc::Access::Of(rpc::Roles::All()), store);
  table.Unary<typename Kind::Create, Resource>(
      fmt::format("{}.Create{}", kService, Kind::kMethod), change,
      [store](const Context& context, const typename Kind::Create& request, Reply<Resource> reply) {
        CreateResource<Resource>(store, context, request, std::move(reply));
      });
  table.Unary<typename Kind::Update, Resource>(
      fmt::format("{}.Update{}", kService, Kind::kMethod), change,
      [store](const Context& context, const typename Kind::Update& request, Reply<Resource> reply) {
        UpdateResource<Resource>(store, context, request, std::move(reply));
      });
  table.Unary<typename Kind::Delete, google::protobuf::Empty>(
      fmt::format("{}.Delete{}", kService, Kind::kMethod), change,
      [store](const Context& context, const typename Kind::Delete& request,
              Reply<google::protobuf::Empty> reply) {
        DeleteResource<Resource>(store, context, request, std::move(reply));
      });
}

}  // namespace

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> MergeMasked(
    const google::protobuf::Message& current, const google::protobuf::Message& resource,
    const google::protobuf::FieldMask& mask) {
  std::unique_ptr<google::protobuf::Message> given(resource.New());
  given->CopyFrom(resource);
  if (mask.paths().empty()) return given;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  for (const std::string& path : mask.paths()) {
    const auto* field = FindField(*resource.GetDescriptor(), path);
    if (field == nullptr || field->name() == "name" || field->name() == "etag") {
      return RefuseField(
          "updateMask", fmt::format("{} cannot be changed", Quoted(path)),
          fmt::format("one or more of {}", ChangeableFields(*resource.GetDescriptor())));
    }
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  }
  std::unique_ptr<google::protobuf::Message> merged(current.New());
  merged->CopyFrom(current);
  merged->GetReflection()->SwapFields(merged.get(), given.get(), fields);
  return merged;
}

absl::Status InRequest(const absl::Status& refusal, std::string_view field,
                       std::string_view name_field) {
  const std::string at = FieldAtFault(refusal);
  if (at.empty() || at == "requestId" || at == "updateMask") return refusal;
  if (at == "name") return WithFieldRenamed(refusal, at, name_field);
  return WithFieldPrefix(refusal, field);
}

absl::Status EtagRefusal(std::string_view field) {
  return Refuse(absl::StatusCode::kAborted, field, "someone else has changed it since",
                "the etag of what is there now");
}

void RegisterConfigService(rpc::MethodTable& table, Shard& shard, People& people,
                           std::shared_ptr<Turns> turns) {
  const auto store =
      std::make_shared<const ConfigStore>(ConfigStore{shard, people, std::move(turns)});
  table.Unary<v1::GetCenterRequest, v1::Center>(
      "wissel.v1.ConfigService.GetCenter", rpc::Access::Of(rpc::Roles::All()),
      [store](const Context&, const v1::GetCenterRequest&, Reply<v1::Center> reply) {
        v1::Center center;
        WriteCenter(*store->shard.directory(), &center);
        reply(std::move(center));
      });
  RegisterKind<v1::Skill>(table, store);
  RegisterKind<v1::Team>(table, store);
  RegisterKind<v1::Partner>(table, store);
  RegisterKind<v1::RoutingProfile>(table, store);
  RegisterKind<v1::Queue>(table, store);
  RegisterKind<v1::Agent>(table, store);
}

}  // namespace wissel
