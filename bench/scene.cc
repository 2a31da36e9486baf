#include "bench/scene.h"

#include "schemas/check.h"
#include "schemas/status.h"

namespace annals::bench {

absl::StatusOr<std::unique_ptr<Scene>> Scene::Create(Session& session) {
  auto scene = std::unique_ptr<Scene>(new Scene());
  ASSIGN_OR_RETURN(scene->storage_, session.Open(session.Fresh("scene.db")));
  scene->filler_ = std::make_unique<Filler>(*scene->storage_, [raw = scene.get()](schema::Command::Builder command) {
    CHECK(raw->reader_.Read(raw->line_(raw->next_++), command).ok());
  });
  return scene;
}

absl::StatusOr<double> Scene::Do(uint64_t count, std::function<std::string(uint64_t)> line) {
  line_ = std::move(line);
  next_ = 0;
  return filler_->SecondsForAll(count);
}

absl::Status Scene::Do(const std::string& line) {
  return Do(1, [&](uint64_t) { return line; }).status();
}

}  // namespace annals::bench
