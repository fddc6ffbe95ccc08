#include "gluster/chosen_glusterd.hpp"

#include <utility>

namespace glusterfs_exporter::gluster {

namespace {

bool cli_may_know(ErrorKind kind) {
  return kind == ErrorKind::connect || kind == ErrorKind::parse || kind == ErrorKind::oversize ||
         kind == ErrorKind::exit;
}

template <class T>
Result<Answered<T>> answered(Result<T> result, Way way) {
  if (!result) {
    return std::unexpected(std::move(result.error()));
  }
  return Answered<T>{*std::move(result), way};
}

}  // namespace

template <class T>
Result<Answered<T>> ChosenGlusterd::ask(std::string_view question,
                                        Result<T> (rpc::GlusterdClient::*by_socket)(),
                                        Result<T> (Source::*by_cli)()) {
  if (client_) {
    auto result = observed(
        observer_, Asked::glusterd, [&] { return std::string(question); },
        [&] { return ((*client_).*by_socket)(); });
    if (result || cli_ == nullptr || !cli_may_know(result.error().kind)) {
      return answered(std::move(result), Way::rpc);
    }
    on_fallback_(question, result.error());
  }
  return answered((cli_->*by_cli)(), Way::cli);
}

Result<Answered<Topology>> ChosenGlusterd::topology() {
  return ask("topology", &rpc::GlusterdClient::topology, &Source::topology);
}

Result<Answered<PeerList>> ChosenGlusterd::peers() {
  return ask("peers", &rpc::GlusterdClient::peers, &Source::peers);
}

Result<Answered<std::uint64_t>> ChosenGlusterd::op_version() {
  return ask("op_version", &rpc::GlusterdClient::op_version, &Source::op_version);
}

}  // namespace glusterfs_exporter::gluster
