#include "schemas/log_line_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schemas/content_names.h"
#include "schemas/json_object_reader.h"
#include "schemas/message_text.h"

namespace annals {
namespace {

using capnp::DynamicStruct;
using Body = schema::Event::Body;

// Where the keys of a line and of its payload go.
enum Target : size_t { kBody, kEvent, kLine, kContent };

// What "event_type" can name: a member of Event.body, and the keys of a line that has it.
struct LineShape {
  capnp::StructSchema::Field member;
  JsonShape shape;
};

JsonField ContentField(std::string_view key, const char* field) {
  JsonShape content = DescribeStruct("", capnp::Schema::from<schema::Content>());
  JsonField found = std::move(content.fields[content.Find(field)]);
  found.name = key;
  found.target = kContent;
  return found;
}

JsonField DescribePayload(capnp::StructSchema::Field member) {
  const auto which = static_cast<Body::Which>(member.getProto().getDiscriminantValue());
  const ContentNames names = ContentNamesOf(which);
  JsonField payload;
  if (which == Body::NOTED) {
    payload = ContentField("payload", "json");
  } else {
    payload.type = JsonType::kParts;
    payload.shape = std::make_unique<JsonShape>();
    payload.shape->name = "payload";
    payload.shape->AddAll(DescribeStruct("", member.getType().asStruct()), kBody);
    payload.shape->Add(ContentField(names.json, "json"));
    payload.shape->Add(ContentField(names.text, "text"));
  }
  payload.name = "payload";
  payload.is_required = true;
  return payload;
}

std::vector<LineShape> DescribeLines(capnp::StructSchema body) {
  std::vector<LineShape> lines;
  for (const auto member : body.getUnionFields()) {
    if (!member.getType().isStruct()) continue;  // unknown
    LineShape line{member, {}};
    line.shape.name = SnakeCase(member.getProto().getName().cStr());
    line.shape.AddAll(DescribeStruct("", capnp::Schema::from<schema::LogLine>()), kLine);
    line.shape.AddAll(DescribeStruct("", capnp::Schema::from<schema::Event>()), kEvent);
    for (JsonField& field : line.shape.fields) field.may_be_null = !field.is_required;
    line.shape.Add(DescribePayload(member));
    lines.push_back(std::move(line));
  }
  return lines;
}

// Types of events that begin with the name of a machine, and the name of the body behind each.
constexpr std::string_view kAnyMachine = "…";
constexpr std::pair<std::string_view, std::string_view> kTypesOfAnyMachine[] = {
    {"…_created", "created"},
    {"…_transitioned", "transitioned"},
    {"…_overridden", "transitioned"},
    {"…_amended", "amended"},
};

// The name of the body behind an event's type.
std::string_view BodyName(std::string_view event_type, bool is_note) {
  if (is_note) return "noted";
  // Runs and workstreams have bodies of their own for it.
  if (event_type == "run_created" || event_type == "workstream_created") return event_type;
  for (const auto& [type, body] : kTypesOfAnyMachine) {
    if (event_type.ends_with(type.substr(kAnyMachine.size()))) return body;
  }
  return event_type;
}

// What "event_type" may be, for a message.
std::vector<std::string_view> TypeNames(const std::vector<LineShape>& lines) {
  std::vector<std::string_view> names;
  for (const auto& [type, body] : kTypesOfAnyMachine) names.push_back(type);
  for (const LineShape& line : lines) {
    const bool is_of_any_machine =
        std::ranges::any_of(kTypesOfAnyMachine, [&](const auto& known) { return known.second == line.shape.name; });
    if (line.shape.name != "noted" && !is_of_any_machine) names.push_back(line.shape.name);
  }
  return names;
}

}  // namespace

struct LogLineReader::Impl {
  bool Read(std::string_view json, schema::LogLine::Builder line);
  // By the keys "event_type" and "note", wherever they stand; nullptr after a fault.
  const LineShape* ChooseLine(std::string_view json);

  const capnp::StructSchema::Field body = capnp::Schema::from<schema::Event>().getFieldByName("body");
  const std::vector<LineShape> lines = DescribeLines(body.getType().asStruct());
  JsonTokens in;
  JsonObjectReader objects{in};
};

LogLineReader::LogLineReader() : impl_(std::make_unique<Impl>()) {}
LogLineReader::~LogLineReader() = default;

absl::Status LogLineReader::Read(std::string_view json, schema::LogLine::Builder line) {
  return ReadAll("read the event", json, impl_->in, [&] { return impl_->Read(json, line); });
}

bool LogLineReader::Impl::Read(std::string_view json, schema::LogLine::Builder line) {
  if (!in.Load(json)) return false;
  if (in.Peek() != '{') return in.FailType("an object");
  const LineShape* const chosen = ChooseLine(json);
  if (chosen == nullptr) return false;
  auto event = line.getParts().initEvent();
  DynamicStruct::Builder whole = capnp::toDynamic(event);
  DynamicStruct::Builder targets[] = {whole.get(body).as<DynamicStruct>().init(chosen->member).as<DynamicStruct>(),
                                      whole, capnp::toDynamic(line), capnp::toDynamic(line.getParts().initContent())};
  if (!objects.ReadObject(chosen->shape, targets) || !in.AtEnd()) return false;
  if (event.getBody().isNoted()) event.getBody().getNoted().setEventType(line.getEventType());
  return true;
}

const LineShape* LogLineReader::Impl::ChooseLine(std::string_view json) {
  const uint32_t* const note = in.FindMember("note");
  const bool is_note = note != nullptr && json[in.OffsetOf(note)] == 't';
  const uint32_t* const place = in.FindMember("event_type");
  std::string_view type;
  if (place == nullptr) {
    in.Fail(in.offset(), "\"event_type\" is missing; a line of annals log --json has one");
  } else if (!in.ReadStringAt(place, type)) {
    in.Fail(in.OffsetOf(place), "must be a string, the type of an event");
  } else {
    const std::string_view name = BodyName(type, is_note);
    for (const LineShape& line : lines) {
      if (line.shape.name == name && is_note == (name == "noted")) return &line;
    }
    in.Fail(in.OffsetOf(place), fmt::format("unknown type {}, and no note (\"note\":true); {}", Quoted(type),
                                            SuggestName(type, TypeNames(lines))));
  }
  return nullptr;
}

}  // namespace annals
