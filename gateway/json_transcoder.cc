#include "gateway/json_transcoder.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/json_syntax.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace wissel::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr char kTypePrefix[] = "type.googleapis.com";

google::protobuf::util::TypeResolver* Resolver() {
  static google::protobuf::util::TypeResolver* resolver =
      google::protobuf::util::NewTypeResolverForDescriptorPool(
          kTypePrefix, google::protobuf::DescriptorPool::generated_pool());
  return resolver;
}

std::string EnumNames(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> names;
  // Number 0 says "not given".
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(type.value(i)->name());
  }
  return "one of " + absl::StrJoin(names, ", ");
}

std::string FieldNames(const Descriptor& type) {
  if (type.field_count() == 0) return "no field; the message has none";
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->json_name());
  return "one of " + absl::StrJoin(names, ", ");
}

std::string OneValue(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return "a whole number";
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a whole number that is not negative";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return "a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumNames(*field.enum_type());
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_BYTES ? "a text in base64" : "a text";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  const std::string& type = field.message_type()->full_name();
  if (type == "google.protobuf.Duration") return "a duration in seconds such as \"90s\"";
  if (type == "google.protobuf.Timestamp") return "a time such as \"2024-05-31T12:00:00Z\"";
  if (type == "google.protobuf.FieldMask")
    return "field names in one text, such as \"band,headStart\"";
  return "an object";
}

std::string ValueThatWouldBeRight(const FieldDescriptor& field, bool element) {
  const std::string one = OneValue(field);
  return field.is_repeated() && !element ? "a list, each " + one : one;
}

// A place in a message, as far as the path could be followed.
struct Place {
  std::string json_path;
  const Descriptor* message = nullptr;     // null behind a field that holds no message
  const FieldDescriptor* field = nullptr;  // the last one
  bool element = false;                    // of a list
};

// Follows "work_item.requirement.steps[1]", in proto or JSON names.
Place Follow(const Descriptor* root, std::string_view path) {
  Place place{.message = root};
  while (!path.empty() && place.message != nullptr) {
    std::string_view part = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    const std::string name(part.substr(0, part.find('[')));
    const FieldDescriptor* field = place.message->FindFieldByName(name);
    if (field == nullptr) field = place.message->FindFieldByCamelcaseName(name);
    if (field == nullptr) return place;
    if (!place.json_path.empty()) place.json_path += '.';
    place.json_path += field->json_name();
    place.json_path += part.substr(name.size());
    place.field = field;
    place.element = part.size() > name.size();
    place.message = field->message_type();
  }
  return place;
}

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

// protobuf's sentences, each with the path in brackets where it knows one:
//   "(work_item) nope: Cannot find field."
//   "(work_item.band): invalid value "x" for type TYPE_INT32"
//   "workItem: Proto field is not repeating, cannot start list."
absl::Status Explain(const Descriptor* type, std::string_view sentence) {
  std::string_view path;
  if (sentence.starts_with('(')) {
    const size_t end = sentence.find(')');
    if (end != std::string_view::npos) {
      path = sentence.substr(1, end - 1);
      sentence.remove_prefix(end + 1);
    }
  }
  while (sentence.starts_with(' ') || sentence.starts_with(':')) sentence.remove_prefix(1);
  const Place place = Follow(type, path);

  constexpr std::string_view kUnknown = ": Cannot find field.";
  if (sentence.ends_with(kUnknown)) {
    const std::string_view name = sentence.substr(0, sentence.size() - kUnknown.size());
    const Descriptor* owner = place.message == nullptr ? type : place.message;
    return RefuseField(Join(place.json_path, name),
                       fmt::format("{} has no field \"{}\"", owner->name(), name),
                       FieldNames(*owner));
  }
  constexpr std::string_view kInvalid = "invalid value ";
  if (sentence.starts_with(kInvalid) && place.field != nullptr) {
    sentence.remove_prefix(kInvalid.size());
    const std::string_view value = sentence.substr(0, sentence.rfind(" for type "));
    return RefuseField(place.json_path, fmt::format("{} does not fit: {}", place.json_path, value),
                       ValueThatWouldBeRight(*place.field, place.element));
  }
  const size_t colon = sentence.find(": ");
  if (colon != std::string_view::npos && sentence.find(' ') > colon) {
    const Place inner =
        Follow(place.message == nullptr ? type : place.message, sentence.substr(0, colon));
    if (inner.field != nullptr) {
      const std::string field = Join(place.json_path, inner.json_path);
      return RefuseField(field, fmt::format("{} does not fit", field),
                         ValueThatWouldBeRight(*inner.field, inner.element));
    }
  }
  return RefuseField(place.json_path,
                     fmt::format("the body is not a {}: {}", type->name(), sentence),
                     "a JSON object with fields of " + type->name());
}

}  // namespace

absl::Status ReadJson(std::string_view json, google::protobuf::Message* message) {
  WISSEL_RETURN_IF_ERROR(CheckJsonSyntax(json));
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message);
  if (status.ok()) return absl::OkStatus();
  return Explain(message->GetDescriptor(), std::string(status.message()));
}

absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message) {
  return WriteJson(*message.GetDescriptor(), message.SerializeAsString());
}

absl::StatusOr<std::string> WriteJson(const Descriptor& descriptor, const std::string& bytes) {
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      Resolver(), fmt::format("{}/{}", kTypePrefix, descriptor.full_name()), bytes, &json);
  if (status.ok()) return json;
  return absl::InternalError(fmt::format("{} cannot be written as JSON: {}", descriptor.name(),
                                         std::string(status.message())));
}

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(text[i++]);
    } else if (c < 0x20) {
      out->append(fmt::format("\\u{:04x}", c));
      ++i;
    } else if (c < 0x80) {
      out->push_back(text[i++]);
    } else {
      // The length of a well-formed sequence (Unicode 15, table 3-7); surrogates and overlong forms
      // are none.
      const size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
      bool good = c >= 0xC2 && c <= 0xF4 && i + length <= text.size();
      for (size_t k = 1; good && k < length; ++k) {
        const auto d = static_cast<unsigned char>(text[i + k]);
        unsigned char low = 0x80;
        unsigned char high = 0xBF;
        if (k == 1 && c == 0xE0) low = 0xA0;
        if (k == 1 && c == 0xED) high = 0x9F;
        if (k == 1 && c == 0xF0) low = 0x90;
        if (k == 1 && c == 0xF4) high = 0x8F;
        good = d >= low && d <= high;
      }
      out->append(good ? text.substr(i, length) : "\xEF\xBF\xBD");
      i += good ? length : 1;
    }
  }
  out->push_back('"');
}

}  // namespace wissel::gateway
