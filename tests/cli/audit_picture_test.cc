#include "cli/audit_picture.h"

#include <numeric>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cli/audit_story.h"
#include "tests/support/commands.h"

namespace annals {
namespace {

using support::CreateRun;
using support::CreateWorkstream;
using support::MoveWorkstream;

size_t MarksOf(const AuditPicture& picture) {
  return std::accumulate(picture.lanes.begin(), picture.lanes.end(), size_t{0},
                         [](size_t sum, const PictureLane& lane) { return sum + lane.marks.size(); });
}
size_t BarsOf(const AuditPicture& picture) {
  return std::accumulate(
      picture.lanes.begin(), picture.lanes.end(), size_t{0},
      [](size_t sum, const PictureLane& lane) { return sum + lane.stays.size() + lane.attempts.size(); });
}

TEST(AuditPicture, DrawsEverythingOfARunOfUsualSize) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const AuditPicture picture = PictureOf(audit);
  ASSERT_EQ(picture.lanes.size(), 3u);
  EXPECT_EQ(picture.lanes[0].entity, &audit.run());
  EXPECT_EQ(MarksOf(picture), audit.events.size());
  EXPECT_EQ(BarsOf(picture), 12u);
  EXPECT_EQ(picture.marks_together + picture.bars_left_out + picture.entities_together + picture.places, 0u);
}

TEST(AuditPicture, CountsTheMarksThatShareOne) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const AuditPicture picture = PictureOf(audit, {.marks = 12});
  EXPECT_GT(picture.places, 0u);
  EXPECT_LE(MarksOf(picture), 12u);
  EXPECT_EQ(MarksOf(picture) + picture.marks_together, audit.events.size());
  uint64_t others = 0;
  for (const PictureLane& lane : picture.lanes) {
    for (const PictureMark& mark : lane.marks) others += mark.others;
  }
  EXPECT_EQ(others, picture.marks_together);
}

TEST(AuditPicture, KeepsOneMarkOfEachKindHoweverFewItMayDraw) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const AuditPicture picture = PictureOf(audit, {.marks = 1, .bars = 1});
  EXPECT_EQ(picture.places, 1u);
  bool has_refusal = false;
  for (const PictureMark& mark : picture.lanes[1].marks) has_refusal |= mark.event->kind == AuditKind::kRefused;
  EXPECT_TRUE(has_refusal);
}

TEST(AuditPicture, KeepsTheLongestOfTheBarsThatFallTogether) {
  const Audit audit = AuditOf(AuditStory(), 100);
  const AuditPicture picture = PictureOf(audit, {.bars = 1});
  EXPECT_EQ(BarsOf(picture) + picture.bars_left_out, 12u);
  ASSERT_EQ(picture.lanes[1].stays.size(), 1u);
  EXPECT_EQ(picture.lanes[1].stays[0]->state, "static_check");
}

TEST(AuditPicture, GivesLanesFirstToThoseWithTrouble) {
  std::vector<std::string> commands = {CreateRun()};
  for (int i = 0; i < 9; ++i) commands.push_back(CreateWorkstream(fmt::format("w{}", i)));
  commands.push_back(MoveWorkstream("w7", "done"));
  const Audit audit = AuditOf(commands, 100);
  const AuditPicture picture = PictureOf(audit, {.lanes = 4});
  ASSERT_EQ(picture.lanes.size(), 4u);
  EXPECT_EQ(picture.lanes[0].entity->id, "r1");
  EXPECT_EQ(picture.lanes[1].entity->id, "w0");
  EXPECT_EQ(picture.lanes[2].entity->id, "w7");
  EXPECT_EQ(picture.lanes[3].entity, nullptr);
  EXPECT_EQ(picture.entities_together, 7u);
  EXPECT_EQ(picture.lanes[3].marks.size(), 7u);
}

TEST(AuditPicture, HasATimeAxisEvenOfOneMoment) {
  const Audit audit = AuditOf({CreateRun()}, 0);
  const AuditPicture picture = PictureOf(audit);
  EXPECT_LT(picture.first, picture.last);
  EXPECT_EQ(picture.PlaceOf(picture.first), 0.0);
  EXPECT_EQ(picture.PlaceOf(Timestamp{picture.last.micros + 1}), 1.0);
}

}  // namespace
}  // namespace annals
