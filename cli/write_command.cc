#include "cli/write_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <fmt/format.h>

#include "cli/input_text.h"
#include "cli/report.h"
#include "cli/submit.h"
#include "eventstore/event_codec.h"
#include "schemas/check.h"
#include "schemas/command.capnp.h"
#include "schemas/json_schema.h"
#include "schemas/json_text.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

// The command while its arguments are read into it.
class Draft {
 public:
  explicit Draft(std::string_view body) {
    const auto union_schema = capnp::Schema::from<schema::Command>().getFieldByName("body").getType().asStruct();
    for (const auto member : union_schema.getUnionFields()) {
      if (SnakeCase(member.getProto().getName().cStr()) != body) continue;
      shape_ = DescribeStruct(std::string(body), member.getType().asStruct());
      body_ = capnp::DynamicStruct::Builder(capnp::toDynamic(command()))
                  .get("body")
                  .as<capnp::DynamicStruct>()
                  .init(member)
                  .as<capnp::DynamicStruct>();
      return;
    }
    CHECK(false);  // the row names a command that the schema does not have
  }

  schema::Command::Builder command() { return command_; }

  const JsonField& FieldNamed(std::string_view name) const {
    const size_t index = shape_.Find(name);
    CHECK(index < shape_.fields.size());
    return shape_.fields[index];
  }
  bool Has(std::string_view field) const { return shape_.Find(field) < shape_.fields.size(); }

  // Sets it where nothing else did.
  absl::Status Preset(const FieldPreset& preset) {
    const JsonField& field = FieldNamed(preset.field);
    if (body_.has(field.field, capnp::HasMode::NON_DEFAULT)) return absl::OkStatus();
    return Set(field, preset.text);
  }

  // A fault does not name the field: the caller knows which argument it came from.
  absl::Status Set(const JsonField& field, std::string_view text) {
    switch (field.type) {
      case JsonType::kBool:
        body_.set(field.field, text != "false");
        return absl::OkStatus();
      case JsonType::kOptionalBool:
        body_.init(field.field).as<schema::OptionalBool>().setValue(text != "false");
        return absl::OkStatus();
      case JsonType::kText:
        RETURN_IF_ERROR(CheckText(field.rule, text));
        body_.set(field.field, AsText(text));
        return absl::OkStatus();
      case JsonType::kTextList:
        return AddToList(field, text);
      case JsonType::kJson: {
        ASSIGN_OR_RETURN(const std::string given, ReadInputText(text));
        ASSIGN_OR_RETURN(const std::string json, MinifyJsonObject(given));
        body_.set(field.field, AsText(json));
        return absl::OkStatus();
      }
      case JsonType::kOptionalInteger: {
        ASSIGN_OR_RETURN(const int64_t number, ReadNumber(text, field.min));
        body_.init(field.field).as<schema::OptionalInt64>().setValue(number);
        return absl::OkStatus();
      }
      case JsonType::kTime: {
        ASSIGN_OR_RETURN(const Timestamp time, ParseTimestamp(text));
        body_.set(field.field, time.micros);
        return absl::OkStatus();
      }
      case JsonType::kEnum: {
        // The argument's one_of has refused every other name.
        uint16_t ordinal = 0;
        while (ordinal < field.enumerants.size() && field.enumerants[ordinal] != text) ++ordinal;
        body_.set(field.field, capnp::DynamicEnum(field.field.getType().asEnum(), ordinal));
        return absl::OkStatus();
      }
      case JsonType::kInteger:
      case JsonType::kHex:
      case JsonType::kFlat:
      case JsonType::kStruct:
      case JsonType::kStructList:
      case JsonType::kParts:
      case JsonType::kDiscriminator:
        break;
    }
    CHECK(false);  // no command has such a field
  }

 private:
  absl::Status AddToList(const JsonField& field, std::string_view text) {
    std::vector<std::string>& names = lists_[field.name];
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      const std::string_view name = text.substr(begin, end - begin);
      RETURN_IF_ERROR(CheckText(field.rule, name));
      names.emplace_back(name);
      begin = end + 1;
    }
    auto list = body_.init(field.field, static_cast<uint32_t>(names.size())).as<capnp::DynamicList>();
    for (uint32_t i = 0; i < list.size(); ++i) list.set(i, AsText(names[i]));
    return absl::OkStatus();
  }

  capnp::MallocMessageBuilder message_;
  schema::Command::Builder command_ = message_.initRoot<schema::Command>();
  JsonShape shape_;
  capnp::DynamicStruct::Builder body_;
  std::map<std::string, std::vector<std::string>> lists_;
};

// What goes round the body, and what is printed of the answer.
struct Flags {
  bool has_override = false;
  bool sensitive = false;
  std::optional<std::string> operator_name;
  std::optional<std::string> reason;
};

Argument MakeArgument(const FieldArgument& row, const std::shared_ptr<Draft>& draft) {
  const JsonField& field = draft->FieldNamed(row.field);
  Argument argument;
  argument.name = row.name;
  argument.value = row.value;
  argument.meaning = row.meaning;
  argument.is_required = field.is_required;
  argument.is_repeated = field.type == JsonType::kTextList;
  argument.one_of = field.type == JsonType::kEnum ? field.enumerants : row.one_of;
  const bool is_bool = field.type == JsonType::kBool || field.type == JsonType::kOptionalBool;
  if (is_bool && !row.value.empty()) argument.one_of = {"true", "false"};
  if (row.input == Input::kFileName) argument.completion = Completion::kFile;
  // `field` lives in the draft, which the closure holds.
  argument.take = [draft, &field, input = row.input](std::string_view text) -> absl::Status {
    if (input == Input::kText) return draft->Set(field, text);
    const bool is_name = input == Input::kFileName && !text.starts_with('@') && !text.starts_with('{') && text != "-";
    ASSIGN_OR_RETURN(const std::string given, is_name ? ReadFileText(text) : ReadInputText(text));
    return draft->Set(field, given);
  };
  return argument;
}

// Whether the command says which state is wanted: an override needs that, a trigger is not enough.
bool NamesState(const WriteCommand& row) {
  return std::ranges::find(row.presets, "to", &FieldPreset::field) != row.presets.end() ||
         std::ranges::find(row.arguments, "to", &FieldArgument::field) != row.arguments.end();
}

void AddMoveArguments(bool names_state, const Draft& draft, Flags& flags, Command& command) {
  command.arguments.push_back(Option("--reason", "TEXT", &flags.reason, "why; kept in the log"));
  if (names_state) {
    command.arguments.push_back(
        Flag("--override", &flags.has_override, "set guards and missing edges aside; recorded as an override"));
  }
  if (names_state || draft.Has("operator")) {
    command.arguments.push_back(Option("--operator", "NAME", &flags.operator_name,
                                       draft.Has("operator") ? "who answers for it" : "who answers for the override"));
  }
}

absl::Status ApplyFlags(const Flags& flags, Draft& draft) {
  schema::Command::Builder command = draft.command();
  command.setSensitive(flags.sensitive);
  if (flags.operator_name && !flags.has_override && draft.Has("operator")) {
    RETURN_IF_ERROR(WithContext(draft.Set(draft.FieldNamed("operator"), *flags.operator_name), "--operator"));
  } else if (flags.operator_name && !flags.has_override) {
    return absl::InvalidArgumentError("--operator: it goes with an override only; add --override, or use --actor");
  }
  if (!flags.has_override) {
    if (!flags.reason) return absl::OkStatus();
    return WithContext(draft.Set(draft.FieldNamed("reason"), *flags.reason), "--reason");
  }
  if (!flags.operator_name || !flags.reason || flags.reason->empty()) {
    return absl::InvalidArgumentError(
        "--override: it needs an operator and a reason; add --operator NAME --reason TEXT");
  }
  RETURN_IF_ERROR(CheckLabel("--operator", *flags.operator_name));
  RETURN_IF_ERROR(CheckProse("--reason", *flags.reason));
  auto override_builder = command.initOverride();
  override_builder.setOperator(AsText(*flags.operator_name));
  override_builder.setReason(AsText(*flags.reason));
  return absl::OkStatus();
}

std::string LineFor(PrintedLine printed, const Answer& answer) {
  const auto* const receipt = std::get_if<Receipt>(&answer);
  if (receipt == nullptr || printed == PrintedLine::kReceipt) return "";
  if (printed == PrintedLine::kEntity) return receipt->entity;
  return printed == PrintedLine::kRunId ? receipt->run_id : fmt::format("{}", receipt->attempt_id.value_or(0));
}

}  // namespace

Command MakeWriteCommand(const WriteCommand& row) {
  const auto draft = std::make_shared<Draft>(row.body);
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.name = row.name;
  command.summary = row.summary;
  command.details = row.details;
  command.example = row.example;
  for (const FieldArgument& argument : row.arguments) command.arguments.push_back(MakeArgument(argument, draft));
  if (draft->Has("to") && row.takes_reason) AddMoveArguments(NamesState(row), *draft, *flags, command);
  if ((draft->Has("reason") && row.takes_reason) || draft->Has("metadata")) {
    command.arguments.push_back(
        Flag("--sensitive", &flags->sensitive, "keep what is stated here beside the log, so that it can be redacted"));
  }
  command.run = [draft, flags, presets = row.presets, printed = row.printed,
                 finish = row.finish](Context& context) -> absl::StatusOr<int> {
    for (const FieldPreset& preset : presets) RETURN_IF_ERROR(draft->Preset(preset));
    RETURN_IF_ERROR(ApplyFlags(*flags, *draft));
    ASSIGN_OR_RETURN(const Answer answer, Submit(context, draft->command()));
    if (finish != nullptr) return finish(context, answer);
    return PrintAnswer(context, answer, LineFor(printed, answer));
  };
  return command;
}

}  // namespace annals
