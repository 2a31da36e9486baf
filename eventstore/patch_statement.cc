#include "eventstore/patch_statement.h"

#include <array>
#include <vector>

#include "eventstore/event_codec.h"
#include "schemas/check.h"

namespace annals {
namespace {

// One of the three, wherever it stands.
struct Fact {
  std::string_view name;
  std::optional<bool> PatchStatement::*member;
  bool (schema::PatchMove::Reader::*get)() const;
  void (schema::PatchMove::Builder::*set)(bool);
  // A move from there states it unless it says otherwise. So did every move from there before there was a choice.
  std::string_view usual_from;
};

const std::array<Fact, 3> kFacts = {
    {{"scope_passed", &PatchStatement::scope_passed, &schema::PatchMove::Reader::getScopePassed,
      &schema::PatchMove::Builder::setScopePassed, "validating"},
     {"constraints_passed", &PatchStatement::constraints_passed, &schema::PatchMove::Reader::getConstraintsPassed,
      &schema::PatchMove::Builder::setConstraintsPassed, "validating"},
     {"tests_passed", &PatchStatement::tests_passed, &schema::PatchMove::Reader::getTestsPassed,
      &schema::PatchMove::Builder::setTestsPassed, "applied"}}};

bool IsStated(const Fact& fact, std::string_view from, schema::PatchMove::Reader move) {
  if (!move.hasStated()) return fact.usual_from == from;
  for (const auto name : move.getStated()) {
    if (View(name) == fact.name) return true;
  }
  return false;
}

}  // namespace

PatchStatement StatementIn(schema::Transitioned::Reader moved, std::string_view from) {
  PatchStatement statement;
  if (!moved.hasPatch()) return statement;
  const auto move = moved.getPatch();
  for (const Fact& fact : kFacts) {
    if (IsStated(fact, from, move)) statement.*fact.member = (move.*fact.get)();
  }
  return statement;
}

void FillStatement(const PatchStatement& statement, std::string_view from, schema::PatchMove::Builder move) {
  CHECK(!statement.IsEmpty());
  bool is_usual = true;
  std::vector<std::string_view> stated;
  for (const Fact& fact : kFacts) {
    const std::optional<bool>& value = statement.*fact.member;
    is_usual = is_usual && value.has_value() == (fact.usual_from == from);
    if (!value) continue;
    (move.*fact.set)(*value);
    stated.push_back(fact.name);
  }
  if (is_usual) return;
  auto names = move.initStated(static_cast<uint32_t>(stated.size()));
  for (uint32_t i = 0; i < names.size(); ++i) names.set(i, AsText(stated[i]));
}

}  // namespace annals
