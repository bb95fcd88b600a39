# The signaling server in an image of its own, built from source:
#   docker build -t pantheon-signaling .
#   docker run -p 3001:3001 -e FIREBASE_DATABASE_URL=... pantheon-signaling
# The image holds the binary, its libraries and nothing else; it runs as nobody in particular and keeps its database in /data.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /source
COPY scripts/lib.sh scripts/install-packages scripts/packages.txt scripts/
RUN scripts/install-packages build
COPY . .
# The scripts ask git which files are sources.
RUN git init -q . && scripts/build-server /app && mkdir -p /volumes/data

FROM scratch
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /volumes /
ENV PANTHEON_HOME=/data SSL_CERT_FILE=/app/lib/ca-certificates.crt DRAIN_SECONDS=5
USER 10001:10001
VOLUME /data
WORKDIR /data
EXPOSE 3001
ENTRYPOINT ["/app/lib/ld.so", "--library-path", "/app/lib", "--argv0", "pantheon", "/app/lib/pantheon", "signal"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/app/lib/ld.so", "--library-path", "/app/lib", "/app/lib/pantheon", "signal", "--check-health"]
