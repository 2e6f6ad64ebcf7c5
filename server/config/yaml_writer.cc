#include "server/config/yaml_writer.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/invariant.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"

namespace wissel::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Lines = std::vector<std::string>;

// Plain where nobody can take it for anything else; otherwise in double quotes.
std::string Quoted(const std::string& text) {
  bool plain = !text.empty() && (absl::ascii_isalpha(static_cast<unsigned char>(text[0])) != 0);
  for (const char c : text) {
    plain &= absl::ascii_isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
             c == '/' || c == '.';
  }
  for (const char* word : {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}) {
    plain &= absl::AsciiStrToLower(text) != word;
  }
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string Scalar(const Message& message, const FieldDescriptor& field, int index) {
  const auto* r = message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return Quoted(many ? r->GetRepeatedString(message, &field, index)
                         : r->GetString(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return r->GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", r->GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format("{}", r->GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", r->GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value =
          many ? r->GetRepeatedEnum(message, &field, index) : r->GetEnum(message, &field);
      return absl::AsciiStrToLower(value->name());
    }
    default:
      INVARIANT(false && "the file format has no such type");
  }
  return "";
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

const google::protobuf::Duration* AsDuration(const Message& message) {
  return dynamic_cast<const google::protobuf::Duration*>(&message);
}

std::string DurationText(const google::protobuf::Duration& d) {
  return WriteDurationMillis(d.seconds() * 1000 + d.nanos() / 1'000'000);
}

Lines LinesOf(const Message& message);

void AddList(const Message& message, const FieldDescriptor& field, Lines& lines) {
  const auto* r = message.GetReflection();
  const int size = r->FieldSize(message, &field);
  if (!IsMessage(field)) {
    std::string list;
    for (int i = 0; i < size; ++i) list += (i == 0 ? "" : ", ") + Scalar(message, field, i);
    lines.push_back(fmt::format("{}: [{}]", field.name(), list));
    return;
  }
  lines.push_back(field.name() + ":");
  for (int i = 0; i < size; ++i) {
    Lines inner = LinesOf(r->GetRepeatedMessage(message, &field, i));
    if (inner.empty()) inner.push_back("{}");
    for (size_t l = 0; l < inner.size(); ++l) {
      lines.push_back((l == 0 ? "  - " : "    ") + inner[l]);
    }
  }
}

void AddOne(const Message& message, const FieldDescriptor& field, Lines& lines) {
  if (!IsMessage(field)) {
    lines.push_back(fmt::format("{}: {}", field.name(), Scalar(message, field, 0)));
    return;
  }
  const Message& inner = message.GetReflection()->GetMessage(message, &field);
  if (const auto* duration = AsDuration(inner)) {
    lines.push_back(fmt::format("{}: {}", field.name(), DurationText(*duration)));
    return;
  }
  const Lines nested = LinesOf(inner);
  lines.push_back(field.name() + (nested.empty() ? ": {}" : ":"));
  for (const std::string& line : nested) lines.push_back("  " + line);
}

Lines LinesOf(const Message& message) {
  Lines lines;
  const auto* type = message.GetDescriptor();
  const auto* r = message.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (field.is_repeated()) {
      if (r->FieldSize(message, &field) > 0) AddList(message, field, lines);
    } else if (r->HasField(message, &field)) {
      AddOne(message, field, lines);
    }
  }
  return lines;
}

}  // namespace

std::string WriteDurationMillis(int64_t millis) {
  static constexpr std::pair<const char*, int64_t> kUnits[] = {
      {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
  std::string text;
  for (const auto& [unit, size] : kUnits) {
    if (millis >= size) text += fmt::format("{}{}", millis / size, unit);
    millis %= size;
  }
  return text.empty() ? "0s" : text;
}

std::string WriteYaml(const Message& message) {
  std::string text;
  for (const std::string& line : LinesOf(message)) text += line + "\n";
  return text;
}

}  // namespace wissel::config
