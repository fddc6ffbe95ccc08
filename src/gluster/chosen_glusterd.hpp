#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "common/call.hpp"
#include "gluster/glusterd_source.hpp"
#include "gluster/rpc/glusterd_client.hpp"
#include "gluster/source.hpp"

namespace glusterfs_exporter::gluster {

/// Asks glusterd over its socket, through the CLI, or over the socket first and through the CLI where that
/// does not lead to an answer: the socket is missing or forbidden, or the answer is not understood. A
/// glusterd that does not answer in time is not asked again through the CLI, which would wait for the same.
class ChosenGlusterd final : public GlusterdSource {
 public:
  /// Called when the CLI has to answer for the socket; `why` is the socket's error.
  using OnFallback = std::function<void(std::string_view question, const Error& why)>;

  /// `observer` is told of each question to the socket; the CLI tells of its own. Without `client` only the
  /// CLI is asked, without `cli` only the socket; one of them must be there. `cli` has to outlive this.
  ChosenGlusterd(std::optional<rpc::GlusterdClient> client, Source* cli, OnFallback on_fallback,
                 CallObserver observer = {})
      : client_(std::move(client)),
        cli_(cli),
        on_fallback_(std::move(on_fallback)),
        observer_(std::move(observer)) {}

  Result<Answered<Topology>> topology() override;
  Result<Answered<PeerList>> peers() override;
  Result<Answered<std::uint64_t>> op_version() override;

 private:
  template <class T>
  Result<Answered<T>> ask(std::string_view question, Result<T> (rpc::GlusterdClient::*by_socket)(),
                          Result<T> (Source::*by_cli)());

  std::optional<rpc::GlusterdClient> client_;
  Source* cli_;
  OnFallback on_fallback_;
  CallObserver observer_;
};

}  // namespace glusterfs_exporter::gluster
