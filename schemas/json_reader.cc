#include "schemas/json_reader.h"

#include <string>
#include <utility>
#include <vector>

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "schemas/json_object_reader.h"
#include "schemas/json_schema.h"
#include "schemas/json_tokens.h"
#include "schemas/message_text.h"
#include "schemas/status.h"

namespace annals {
namespace {

using capnp::DynamicStruct;

constexpr std::string_view kDiscriminator = "command";

// What "command" can name: a member of Command.body, and the keys that go with it.
struct CommandShape {
  capnp::StructSchema::Field member;
  JsonShape shape;
};

std::vector<CommandShape> DescribeCommands(capnp::StructSchema::Field body) {
  std::vector<CommandShape> commands;
  for (const auto member : body.getType().asStruct().getUnionFields()) {
    if (!member.getType().isStruct()) continue;  // none
    CommandShape command{member,
                         DescribeStruct(SnakeCase(member.getProto().getName().cStr()), member.getType().asStruct())};
    JsonField name;
    name.name = kDiscriminator;
    command.shape.Add(std::move(name));
    command.shape.AddAll(DescribeStruct("", body.getContainingStruct()), /*target=*/1);
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace

struct CommandReader::Impl {
  bool Read(std::string_view json, DynamicStruct::Builder command);
  // By the key "command", wherever it stands; nullptr after a fault.
  const CommandShape* ChooseCommand();
  std::vector<std::string_view> CommandNames() const;

  const capnp::StructSchema::Field body = capnp::Schema::from<schema::Command>().getFieldByName("body");
  const std::vector<CommandShape> commands = DescribeCommands(body);
  JsonTokens in;
  JsonObjectReader objects{in};
};

CommandReader::CommandReader() : impl_(std::make_unique<Impl>()) {}
CommandReader::~CommandReader() = default;

absl::Status CommandReader::Read(std::string_view json, schema::Command::Builder command) {
  return ReadAll("read the command", json, impl_->in, [&] { return impl_->Read(json, capnp::toDynamic(command)); });
}

struct ObjectReader::Impl {
  explicit Impl(JsonShape described) : shape(std::move(described)), tried(fmt::format("read the {}", shape.name)) {}

  const JsonShape shape;
  const std::string tried;
  JsonTokens in;
  JsonObjectReader objects{in};
};

ObjectReader::ObjectReader(std::string name, capnp::StructSchema schema)
    : impl_(std::make_unique<Impl>(DescribeStruct(std::move(name), schema))) {}
ObjectReader::~ObjectReader() = default;

absl::Status ObjectReader::Read(std::string_view json, DynamicStruct::Builder object) {
  JsonTokens& in = impl_->in;
  return ReadAll(impl_->tried, json, in, [&] {
    return in.Load(json) && impl_->objects.ReadObject(impl_->shape, {&object, 1}) && in.AtEnd();
  });
}

bool CommandReader::Impl::Read(std::string_view json, DynamicStruct::Builder command) {
  if (!in.Load(json)) return false;
  if (in.Peek() != '{') return in.FailType("an object");
  const CommandShape* chosen = ChooseCommand();
  if (chosen == nullptr) return false;
  DynamicStruct::Builder targets[] = {command.get(body).as<DynamicStruct>().init(chosen->member).as<DynamicStruct>(),
                                      command};
  return objects.ReadObject(chosen->shape, targets) && in.AtEnd();
}

const CommandShape* CommandReader::Impl::ChooseCommand() {
  const uint32_t* const place = in.FindMember(kDiscriminator);
  std::string_view name;
  if (place == nullptr) {
    in.Fail(in.offset(), fmt::format("\"command\" is missing; give one of {}", Listed(CommandNames())));
  } else if (!in.ReadStringAt(place, name)) {
    in.Fail(in.OffsetOf(place), "must be a string, the name of a command");
  } else {
    for (const CommandShape& command : commands) {
      if (command.shape.name == name) return &command;
    }
    in.Fail(in.OffsetOf(place), fmt::format("unknown command {}; {}", Quoted(name), SuggestName(name, CommandNames())));
  }
  return nullptr;
}

std::vector<std::string_view> CommandReader::Impl::CommandNames() const {
  std::vector<std::string_view> names;
  for (const CommandShape& command : commands) names.push_back(command.shape.name);
  return names;
}

}  // namespace annals
