#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "collect/collector.hpp"
#include "collect/volume_options.hpp"

namespace glusterfs_exporter::collect {

/// Whether going on with other volumes is of use after this error. It is not while Gluster is busy or hangs.
inline bool ends_run(ErrorKind kind) {
  return kind == ErrorKind::lock || kind == ErrorKind::timeout || kind == ErrorKind::cancelled;
}

/// Asks the CLI a question about each volume for which `wanted` holds and keeps the answers; drops the
/// answers about the others. Volumes whose answer is oldest come first, so that a run that was cut short is
/// continued by the next one. Returns the first error.
///
/// `ask` takes the VolumeRecord and gives a Result of the answer.
template <class Answer, class Wanted, class Ask>
Result<Found> for_each_volume(Run& run, Facts::ByVolume<Answer> Facts::*question, Wanted wanted, Ask ask) {
  std::vector<std::pair<SteadyTime, const gluster::VolumeRecord*>> volumes;
  for (const auto& volume : *run.facts.topology.value) {
    if (volume.status != model::VolumeStatus::started || !wanted(volume)) {
      run.forget(question, volume.name);
      continue;
    }
    const auto known = (run.facts.*question).find(volume.name);
    volumes.emplace_back(known == (run.facts.*question).end() ? SteadyTime{} : known->second.learnt, &volume);
  }
  std::ranges::stable_sort(volumes, {}, &std::pair<SteadyTime, const gluster::VolumeRecord*>::first);

  Result<Found> result = Found::something;
  for (const auto& [learnt, volume] : volumes) {
    run.came_by(gluster::Way::cli);
    auto answer = ask(*volume);
    if (answer) {
      run.put(question, volume->name, *std::move(answer));
      continue;
    }
    const bool ends = ends_run(answer.error().kind);
    if (result || ends) {
      result = std::unexpected(std::move(answer.error()));
    }
    if (ends) {
      break;
    }
  }
  return result;
}

/// Asks the CLI a question about all volumes at once, and by name about those that the answer leaves out.
/// Gluster leaves out a volume that somebody had locked and says nothing of it; asked for by name it tells
/// what was the matter.
template <class Answer, class AskAll, class AskOne>
Result<Found> for_all_volumes(Run& run, Facts::ByVolume<Answer> Facts::*question, AskAll ask_all,
                              AskOne ask_one) {
  run.came_by(gluster::Way::cli);
  auto volumes = ask_all();
  if (!volumes) {
    return std::unexpected(std::move(volumes.error()));
  }
  for (auto& [name, answer] : *volumes) {
    run.put(question, name, std::move(answer));
  }
  for (const auto& volume : *run.facts.topology.value) {
    if (volume.status != model::VolumeStatus::started) {
      run.forget(question, volume.name);
    } else if (!volumes->contains(volume.name)) {
      auto answer = ask_one(volume.name);
      if (!answer) {
        return std::unexpected(std::move(answer.error()));
      }
      run.put(question, volume.name, *std::move(answer));
    }
  }
  return Found::something;
}

}  // namespace glusterfs_exporter::collect
