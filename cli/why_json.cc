#include "cli/why_text.h"
#include "schemas/json_writer.h"

namespace annals {
namespace {

using why::EntityName;
using why::Happening;
using why::Sentence;

void WriteTextOrNull(std::string_view key, std::string_view text, JsonWriter& out) {
  out.Key(key);
  text.empty() ? out.Null() : out.String(text);
}

void WriteEntity(std::string_view key, const EntityName& entity, JsonWriter& out) {
  out.Key(key).BeginObject().Key("kind").String(entity.kind);
  WriteTextOrNull("run_id", entity.run_id, out);
  out.Key("id").String(entity.id).EndObject();
}

// Into the object that is open.
void WriteSentence(const Sentence& sentence, JsonWriter& out) {
  out.Key("text").String(sentence.text).Key("rests_on").BeginArray();
  for (const Position position : sentence.rests_on) out.UInt(position.value);
  out.EndArray();
}

void WriteSentences(std::string_view key, const std::vector<Sentence>& sentences, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const Sentence& sentence : sentences) {
    WriteSentence(sentence, out.BeginObject());
    out.EndObject();
  }
  out.EndArray();
}

void WriteHappenings(std::string_view key, const std::vector<Happening>& happenings, JsonWriter& out) {
  out.Key(key).BeginArray();
  for (const Happening& happening : happenings) {
    out.BeginObject().Key("position").UInt(happening.position.value);
    out.Key("timestamp").String(FormatTimestamp(happening.time));
    WriteEntity("entity", happening.about, out);
    out.Key("kind").String(NameOf(happening.kind));
    WriteTextOrNull("from_state", happening.from, out);
    WriteTextOrNull("to_state", happening.to, out);
    WriteTextOrNull("trigger", happening.trigger, out);
    WriteTextOrNull("actor", happening.actor, out);
    WriteTextOrNull("operator", happening.operator_name, out);
    WriteTextOrNull("reason", happening.reason, out);
    out.Key("causation");
    happening.cause.value == 0 ? out.Null() : out.UInt(happening.cause.value);
    out.Key("text").String(happening.text).EndObject();
  }
  out.EndArray();
}

void WriteBlockers(const std::vector<why::Blocker>& blockers, JsonWriter& out) {
  out.Key("blockers").BeginArray();
  for (const why::Blocker& blocker : blockers) {
    WriteEntity("entity", blocker.entity, out.BeginObject());
    WriteEntity("holds_up", blocker.holds_up, out);
    out.Key("state").String(blocker.state).Key("since").UInt(blocker.since.value);
    out.Key("is_final").Bool(blocker.is_final).Key("is_root").Bool(blocker.is_root);
    WriteSentence(blocker.sentence, out);
    WriteSentences("findings", blocker.findings, out);
    out.EndObject();
  }
  out.EndArray();
}

void WriteCommands(const why::Explanation& explained, JsonWriter& out) {
  out.Key("commands").BeginArray();
  for (const why::PossibleCommand& command : explained.commands) {
    WriteTextOrNull("to", command.to, out.BeginObject());
    WriteTextOrNull("trigger", command.trigger, out);
    WriteTextOrNull("meaning", command.meaning, out);
    out.Key("command").String(command.line).Key("is_legal").Bool(command.IsLegal());
    out.Key("judged_in").UInt(explained.since.value).Key("objections").BeginArray();
    for (const why::Objection& objection : command.objections) {
      WriteTextOrNull("guard", objection.guard, out.BeginObject());
      WriteSentence(objection.saw, out);
      out.EndObject();
    }
    out.EndArray().EndObject();
  }
  out.EndArray();
}

}  // namespace

std::string WhyJson(const why::Explanation& explained) {
  JsonWriter out;
  WriteEntity("entity", explained.entity, out.BeginObject());
  WriteTextOrNull("state", explained.state, out);
  out.Key("is_final").Bool(explained.is_final).Key("since").UInt(explained.since.value);
  out.Key("since_time").String(FormatTimestamp(explained.since_time)).Key("as_of").UInt(explained.as_of.value);
  WriteSentence(explained.headline, out.Key("headline").BeginObject());
  out.EndObject();
  WriteSentences("findings", explained.findings, out);
  WriteHappenings("history", explained.history, out);
  WriteHappenings("refusals", explained.refusals, out);
  out.Key("more_refusals").UInt(explained.more_refusals);
  WriteBlockers(explained.blockers, out);
  out.Key("more_blockers").UInt(explained.more_blockers);
  WriteCommands(explained, out);
  out.Key("override");
  if (explained.override) {
    out.BeginObject().Key("is_possible").Bool(explained.override->is_possible);
    WriteTextOrNull("command", explained.override->line, out);
    WriteSentence(explained.override->sentence, out);
    out.EndObject();
  } else {
    out.Null();
  }
  return out.EndObject().Take();
}

}  // namespace annals
