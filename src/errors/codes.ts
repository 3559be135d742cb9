/**
 * The closed registry of error codes: what each means and what to do about it.
 * `docs/errors.md` is made from it, and a test keeps the two and the code's uses equal.
 * `exit` is the command's exit code: 1 no, 2 usage, 3 could not tell.
 */
export const codes = {
  usage: {
    exit: 2,
    meaning: 'The command line is not one this command takes.',
    remedy: 'Run it with --help and compare.',
  },
  'not-found': {
    exit: 3,
    meaning: 'A named file, image or container is not there.',
    remedy: 'Check the name; `holdfast status` lists containers.',
  },
  'digest-malformed': {
    exit: 2,
    meaning: 'A digest is not `sha256:` and 64 hex digits.',
    remedy: 'Correct the digest where the message points.',
  },
  'image-unreadable': {
    exit: 3,
    meaning: "A running image's layers could not be read, so its identity can't be judged.",
    remedy: 'The message says what failed; `holdfast contents` on the same image shows it alone.',
  },
  'sensor-missing': {
    exit: 3,
    meaning: 'The sensor program was not found.',
    remedy: 'Run `make setup`, or name it with HOLDFAST_SENSOR.',
  },
  'sensor-not-alone': {
    exit: 3,
    meaning: 'Another sensor watches this host already, perhaps from a container.',
    remedy: 'Stop the other `holdfast watch`: one per host.',
  },
  'sensor-protocol': {
    exit: 3,
    meaning: 'The sensor speaks another version of the protocol.',
    remedy: 'Install the sensor and Holdfast from the same release.',
  },
  'sensor-silent': {
    exit: 3,
    meaning: 'The sensor ended or fell silent before it said hello.',
    remedy: 'Run `holdfast doctor` as root; its message names what the kernel refused.',
  },
  'sensor-stream-broken': {
    exit: 3,
    meaning: 'What the sensor sent can no longer be cut into frames.',
    remedy: 'Nothing: the sensor is started anew and the gap is stated. Report it if it comes back.',
  },
  // ledger
  'entry-malformed': {
    exit: 3,
    meaning: 'An entry for the ledger is not of the shape the ledger takes: its time, subjects, workload or JSON.',
    remedy: 'Report it with the message: the producer of the entry is at fault, and nothing was written.',
  },
  'entry-too-large': {
    exit: 3,
    meaning: 'An entry or a blob is larger, deeper or longer than the ledger takes.',
    remedy: 'Report it with the message: large documents go in as blobs, and nothing was written.',
  },
  'facts-failed': {
    exit: 3,
    meaning: 'The tables of facts could not be derived from an entry; that entry was not written.',
    remedy: 'Report it with the message; the entries written before are unharmed and can be read.',
  },
  'facts-stale': {
    exit: 3,
    meaning: 'The tables of facts in the store were made by another version, or do not reach the last entry.',
    remedy: 'Let the writer start once with this version (`holdfast watch`): it derives them again from the entries.',
  },
  'ledger-absent': {
    exit: 3,
    meaning: 'There is no ledger in the state directory yet.',
    remedy: 'Start `holdfast watch` with the same --store once, or name the right directory.',
  },
  'ledger-busy': {
    exit: 3,
    meaning: 'More entries wait for the disk than the ledger keeps in memory.',
    remedy: 'The disk is too slow or stuck: look at its load; the producer tries again or counts the loss.',
  },
  'ledger-closed': {
    exit: 3,
    meaning: 'The ledger was closed before this call.',
    remedy: 'Report it with the message.',
  },
  'ledger-corrupt': {
    exit: 3,
    meaning: 'The ledger file is damaged.',
    remedy: 'Keep the directory as it is, copy it, and look at the disk; start with another --store meanwhile.',
  },
  'ledger-foreign': {
    exit: 3,
    meaning: 'The file where the ledger should be is a database of something else, or its tables were altered.',
    remedy: 'Name another --store, or bring back the file that Holdfast wrote.',
  },
  'ledger-full': {
    exit: 3,
    meaning: 'The disk of the state directory is full. What was acknowledged is kept; what was not is not there.',
    remedy: 'Free space on that disk. Appends go on by themselves, without a restart.',
  },
  'ledger-io': {
    exit: 3,
    meaning: 'Reading or writing the ledger failed.',
    remedy: 'Look at the kernel log for that disk; what was acknowledged is kept as far as the disk keeps it.',
  },
  'ledger-locked': {
    exit: 3,
    meaning: 'Another process writes this ledger; only one may.',
    remedy: 'Stop the process that the message names, or use another --store.',
  },
  'ledger-newer': {
    exit: 3,
    meaning: 'The ledger was written by a newer version of Holdfast.',
    remedy: 'Use that version or a later one; the schema only goes forward.',
  },
  'ledger-older': {
    exit: 3,
    meaning: 'The ledger was written by an older version and is not yet migrated; reading never migrates.',
    remedy: 'Start the writer (`holdfast watch`) with this version once.',
  },
  'ledger-read-only': {
    exit: 3,
    meaning: 'A ledger opened for reading was asked to write.',
    remedy: 'Report it with the message.',
  },
  'query-refused': {
    exit: 2,
    meaning: 'A query is not one SELECT over the ledger, or SQLite does not take it.',
    remedy: 'Correct the SQL where the message points; only reading is allowed.',
  },
  'query-too-large': {
    exit: 3,
    meaning: 'A query gives more rows than are returned at once.',
    remedy: 'Narrow it, or add LIMIT.',
  },
  'store-unsafe': {
    exit: 3,
    meaning: 'The state directory belongs to another user or others may enter it.',
    remedy: 'Give it to the user who runs Holdfast and set its mode to 0700 (chown, chmod 0700).',
  },
  'store-unwritable': {
    exit: 3,
    meaning: 'The state directory cannot be made, opened or written.',
    remedy: 'Check its path, owner, mode and mount, or name another with --store.',
  },
  'purl-encoding': {
    exit: 2,
    meaning: 'A package URL holds a broken percent sequence, or bytes that are not UTF-8.',
    remedy: 'Percent-encode the part that the message names, as UTF-8.',
  },
  'purl-name': {
    exit: 2,
    meaning: 'A package URL has no name, or one that its type does not allow.',
    remedy: 'Correct the name; it is the last segment before `@`.',
  },
  'purl-namespace': {
    exit: 2,
    meaning: 'A package URL lacks the namespace its type requires, has one its type forbids, or has a broken segment.',
    remedy: "Look the type's namespace up in the purl type definitions.",
  },
  'purl-qualifier': {
    exit: 2,
    meaning: 'A qualifier of a package URL has a malformed or repeated key, or a required one is missing.',
    remedy: 'Write `key=value` pairs with lower-case keys, each once.',
  },
  'purl-scheme': {
    exit: 2,
    meaning: 'A package URL does not begin with `pkg:`.',
    remedy: 'Write it as `pkg:TYPE/NAMESPACE/NAME@VERSION`.',
  },
  'purl-subpath': {
    exit: 2,
    meaning: 'A segment of the subpath of a package URL holds an encoded slash.',
    remedy: 'Separate the segments with plain slashes.',
  },
  'purl-too-long': {
    exit: 2,
    meaning: 'A package URL is longer than Holdfast reads.',
    remedy: 'Shorten it; 16384 characters are read.',
  },
  'purl-type': {
    exit: 2,
    meaning: 'The type of a package URL is missing or malformed.',
    remedy: 'Begin with `pkg:TYPE/`, the type in letters, digits, `.` and `-`.',
  },
  'purl-version': {
    exit: 2,
    meaning: 'A package URL has a version that its type does not allow.',
    remedy: "Look the type's version rule up in the purl type definitions.",
  },
  // contents
  'file-manifest-malformed': {
    exit: 3,
    meaning: 'A file manifest that somebody signed is not one, or contradicts itself.',
    remedy: 'Seal the image again; until then its files are compared with the image itself.',
  },
  // containers
  'containerd-malformed': {
    exit: 3,
    meaning: "What containerd answered is not its protocol, or is beyond Holdfast's bounds.",
    remedy: 'Check that the socket is containerd 1.4 or later and that its content store is sound.',
  },
  'containerd-refused': {
    exit: 3,
    meaning: 'containerd answered a call with an error.',
    remedy: "Read the message, it is containerd's own; its log says more.",
  },
  'containerd-unreachable': {
    exit: 3,
    meaning: 'containerd does not answer at its socket.',
    remedy: 'Check that containerd runs, the path given with --containerd, and the right to open it (root).',
  },
  'archive-compressed': {
    exit: 3,
    meaning: 'An oci- or docker-archive is compressed as a whole, so that its parts can not be sought.',
    remedy: 'Decompress it first; layers within it may stay compressed.',
  },
  'blob-missing': {
    exit: 3,
    meaning: 'A blob that a manifest names is not in the store.',
    remedy:
      'Pull or copy the image again with all its layers; containerd drops layers when discard_unpacked_layers is set.',
  },
  'blob-size': {
    exit: 3,
    meaning: 'A blob is longer or shorter than its descriptor says.',
    remedy: 'Copy the image again; if it comes back, the image was tampered with or damaged where it is kept.',
  },
  'diff-id-mismatch': {
    exit: 3,
    meaning: 'A layer does not unpack to the bytes the image config names.',
    remedy: 'Copy the image again; if it comes back, the image was tampered with or built wrongly.',
  },
  'digest-mismatch': {
    exit: 3,
    meaning: 'Bytes do not have the digest they are named by.',
    remedy: 'Copy the image again; if it comes back, the image was tampered with or damaged where it is kept.',
  },
  'layer-compression': {
    exit: 3,
    meaning: 'A layer is compressed in a way that is not gzip or zstd, or its compressed bytes are broken.',
    remedy: 'Rebuild the image, or copy it again.',
  },
  'layer-foreign': {
    exit: 3,
    meaning: 'A layer is not distributable: its bytes are kept elsewhere and were never part of the copy.',
    remedy: 'Use an image without foreign layers.',
  },
  'media-type-unsupported': {
    exit: 3,
    meaning: 'A manifest or layer is of a kind that is not a container image.',
    remedy: 'Name an image; artifacts such as charts and signatures have no file system.',
  },
  'oci-limit': {
    exit: 3,
    meaning: 'A manifest, config or index is bigger or deeper than any honest one.',
    remedy: 'Look at who made the image; the bounds are in src/oci/limits.ts.',
  },
  'oci-malformed': {
    exit: 3,
    meaning: 'A layout, manifest, config or index does not follow its specification.',
    remedy: 'Rebuild the image, or copy it again.',
  },
  'platform-malformed': {
    exit: 2,
    meaning: 'A platform is not os/arch or os/arch/variant.',
    remedy: 'Write it as in linux/arm64.',
  },
  'platform-not-found': {
    exit: 3,
    meaning: 'The image does not exist for the platform asked for.',
    remedy: 'Name a platform it exists for with --platform.',
  },
  'credential-helper-failed': {
    exit: 3,
    meaning: "The helper that Docker's configuration names for a registry's credentials gave none, or took too long.",
    remedy: 'Run `docker-credential-NAME get` with the registry on its input and see; its output is never shown here.',
  },
  'docker-config-malformed': {
    exit: 3,
    meaning: "Docker's config.json is not as Docker writes it, so no credentials can be taken from it.",
    remedy: 'Correct the file, or point DOCKER_CONFIG at the folder of another.',
  },
  'layout-locked': {
    exit: 3,
    meaning: 'Another process has been writing the same OCI layout for too long.',
    remedy: 'Wait for the process that the message names; if it is gone for good, remove the lock file.',
  },
  'registry-conflict': {
    exit: 3,
    meaning: 'The list of what is attached to an image was written by others each time, or is no such list.',
    remedy: 'Try again; if the message names a media type, look at what stands under that tag.',
  },
  'registry-denied': {
    exit: 3,
    meaning: 'The registry knows who asks and does not allow it.',
    remedy: 'Ask for the right, or log in as someone who has it.',
  },
  'registry-limit': {
    exit: 3,
    meaning: 'A registry sends more bytes, pages, tags or attached manifests than any honest one.',
    remedy: 'Look at what is stored there; the bounds are in src/oci/registry/limits.ts.',
  },
  'registry-malformed': {
    exit: 3,
    meaning: 'A registry does not speak the distribution protocol, or asks for something unsafe.',
    remedy: 'Check that the host is a registry and that nothing in between changes what it says.',
  },
  'registry-redirect': {
    exit: 3,
    meaning: 'A registry redirects without end, out of TLS, or to what is no web address.',
    remedy: 'Correct the registry or what stands before it: the message says where it leads.',
  },
  'registry-refused': {
    exit: 3,
    meaning: 'A registry refuses a request, for the reason it gives.',
    remedy: 'Read the message; it may not support what was asked, or not accept the manifest.',
  },
  'registry-throttled': {
    exit: 3,
    meaning: 'A registry asks to wait longer than Holdfast waits.',
    remedy: 'Try again later, or log in: most allow more to those they know.',
  },
  'registry-unauthorized': {
    exit: 3,
    meaning: 'A registry wants credentials, or does not take those it was given.',
    remedy: 'Log in to exactly this host and port (`docker login HOST`), or set DOCKER_CONFIG.',
  },
  'registry-unreachable': {
    exit: 3,
    meaning: 'A registry does not answer: no connection, a time-out, a broken certificate, or an error of its own.',
    remedy: 'The message says which; check the host, proxies and certificates, then try again.',
  },
  'source-ambiguous': {
    exit: 2,
    meaning: 'A layout or archive holds several images and the SOURCE does not say which.',
    remedy: 'Add one of the names the message lists, as in oci:DIR:TAG.',
  },
  'source-malformed': {
    exit: 2,
    meaning: 'A SOURCE is not one of the forms Holdfast reads.',
    remedy:
      'Write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], dir:DIR, containerd:REF, or an image in a registry as HOST/NAME:TAG.',
  },
  'source-unreadable': {
    exit: 3,
    meaning: 'A SOURCE is there and can not be read.',
    remedy: 'Check its permissions and that it is a file or directory as the SOURCE says.',
  },
  'tar-limit-bytes': {
    exit: 3,
    meaning: 'The layers unpack to more bytes than allowed.',
    remedy: 'Look at who made the image; the bounds are in src/contents/limits.ts.',
  },
  'tar-limit-depth': {
    exit: 3,
    meaning: 'A path in a layer has more directories than allowed.',
    remedy: 'Look at who made the image.',
  },
  'tar-limit-entries': {
    exit: 3,
    meaning: 'The layers hold more entries than allowed.',
    remedy: 'Look at who made the image; the bounds are in src/contents/limits.ts.',
  },
  'tar-limit-extension': {
    exit: 3,
    meaning: 'An extended header in a tar is bigger than any honest one.',
    remedy: 'Look at who made the image.',
  },
  'tar-limit-links': {
    exit: 3,
    meaning: 'A path in a layer goes through more symbolic links than Linux would follow, or in a circle.',
    remedy: 'Look at who made the image: no runtime can unpack it.',
  },
  'tar-limit-path': {
    exit: 3,
    meaning: 'A path or link in a tar is longer than Linux allows.',
    remedy: 'Look at who made the image: no runtime can unpack it.',
  },
  'tar-limit-ratio': {
    exit: 3,
    meaning: 'A layer unpacks to far more bytes than it holds: a decompression bomb.',
    remedy: 'Look at who made the image.',
  },
  'tar-link': {
    exit: 3,
    meaning: 'A hard link in a layer points at nothing, at itself or at a directory.',
    remedy: 'Rebuild the image: no runtime can unpack it.',
  },
  'tar-malformed': {
    exit: 3,
    meaning: 'A tar does not follow its format.',
    remedy: 'Rebuild the image, or copy it again.',
  },
  'tar-path': {
    exit: 3,
    meaning: 'A path in a tar is empty, holds NUL or `..`, or goes through something that is no directory.',
    remedy: 'Look at who made the image.',
  },
  'tar-sparse': {
    exit: 3,
    meaning: 'A layer holds a sparse file, which tools read in different ways.',
    remedy: 'Rebuild the image with a builder that does not write sparse entries.',
  },
  'tar-truncated': {
    exit: 3,
    meaning: 'A tar ends within an entry.',
    remedy: 'Copy the image again.',
  },
  'tar-unsupported': {
    exit: 3,
    meaning: 'A tar holds an entry or header that tools read in different ways.',
    remedy: 'Rebuild the image with another builder.',
  },
  // attest
  'bundle-malformed': {
    exit: 1,
    meaning: 'A Sigstore bundle or envelope is not one of the versions read, or not written as its specification says.',
    remedy: 'Get the bundle anew from where it was made; if it comes back, the tool that made it is at fault.',
  },
  'certificate-expired': {
    exit: 1,
    meaning: 'A signature was made before its certificate began or after it ended.',
    remedy: 'Sign again with a fresh certificate; a signature made outside the window proves nothing.',
  },
  'certificate-invalid': {
    exit: 1,
    meaning:
      'A signing certificate is not from an authority of the trusted root, not logged, or not made for signing code.',
    remedy: 'Check that the trusted root is that of the instance that issued the certificate.',
  },
  'evidence-limit': {
    exit: 3,
    meaning: 'More is attached to an image than is read, so what matters may be among what was not.',
    remedy: 'Find out who attaches so much, and take away what is not needed.',
  },
  'file-unreadable': {
    exit: 3,
    meaning: 'A file that was named is there and can not be read, or is far longer than it may be.',
    remedy: 'Check its permissions, its size and that it is the file meant.',
  },
  'file-unwritable': {
    exit: 3,
    meaning: 'A file that was to be made could not be written.',
    remedy: 'Check the directory, its permissions and the space on its disk.',
  },
  'identity-mismatch': {
    exit: 1,
    meaning: 'Someone signed, and it is not who was asked for.',
    remedy: 'Compare issuer and identity in the message with those expected: they must be equal, letter by letter.',
  },
  'identity-pattern': {
    exit: 2,
    meaning: 'The pattern for an identity or issuer is not a regular expression.',
    remedy: 'Correct it; it is anchored at both ends by itself.',
  },
  'key-exists': {
    exit: 2,
    meaning: 'A key was to be made where there is one already; keys are never written over.',
    remedy: 'Name another --output-prefix, or move the old key away.',
  },
  'key-malformed': {
    exit: 2,
    meaning: 'A key file is not a key of the kind that is needed there.',
    remedy:
      "Give a public key as PEM (`PUBLIC KEY`) to verify with, a private key as PEM or in cosign's form to sign with.",
  },
  'key-passphrase': {
    exit: 2,
    meaning: 'An encrypted key was not opened: no passphrase, or a wrong one.',
    remedy: 'Set HOLDFAST_KEY_PASSWORD or COSIGN_PASSWORD, or run it in a terminal and type it.',
  },
  'key-unsupported': {
    exit: 2,
    meaning: 'A key is of an algorithm or size that signatures are not taken from.',
    remedy: 'Use ECDSA P-256, P-384, P-521, Ed25519, or RSA of 2048 bits or more.',
  },
  'key-window': {
    exit: 1,
    meaning: 'A signature was made before its key was to be believed, or after.',
    remedy: 'Sign again with a current key, or correct the window of the key in the policy.',
  },
  'log-entry-invalid': {
    exit: 1,
    meaning: 'A transparency log does not vouch for the entry: its promise, proof or checkpoint does not hold.',
    remedy: 'Check that the trusted root knows the log; if it does, the bundle was tampered with.',
  },
  'log-entry-missing': {
    exit: 1,
    meaning: 'A signature is in fewer transparency logs than asked for.',
    remedy: 'Sign again with a log, or ask for fewer.',
  },
  'log-entry-unbound': {
    exit: 1,
    meaning: 'The entry in the transparency log is about another signature, signer or content than the bundle.',
    remedy: 'Do not use the bundle: someone put it together from parts.',
  },
  'predicate-type-mismatch': {
    exit: 1,
    meaning: 'An attestation is of another type than the one asked for.',
    remedy: 'Ask for the type that the message names, or find the attestation of the right one.',
  },
  'signature-invalid': {
    exit: 1,
    meaning: 'A signature does not fit the content and the key.',
    remedy: 'Check that file and key are the ones meant; if they are, the content was changed after it was signed.',
  },
  'signer-unknown': {
    exit: 1,
    meaning: 'A signature is by a key or certificate, and nothing was given to verify that kind with.',
    remedy: 'Give the public key for a signature by key, an identity and a trusted root for one by certificate.',
  },
  'signer-failed': {
    exit: 3,
    meaning: 'An external signer command failed, did not answer in time, or gave something that is not its signature.',
    remedy: 'Run the command by hand with `public-key` and `sign` and look at what it says.',
  },
  'signing-config-malformed': {
    exit: 2,
    meaning: 'A signing configuration is not of version 0.2, or asks for services that it does not name.',
    remedy: 'Get the document anew; the message says what is wrong with it.',
  },
  'signing-failed': {
    exit: 3,
    meaning: 'A service that takes part in signing could not be reached or refused. Nothing was signed.',
    remedy: 'Check the address in the message, and for a certificate authority that the token is fresh and for it.',
  },
  'statement-malformed': {
    exit: 1,
    meaning: 'What was signed is not an in-toto statement of version 1 or 0.1 with a subject.',
    remedy: 'Make the attestation anew; the message says what is wrong with it.',
  },
  'subject-mismatch': {
    exit: 1,
    meaning: 'Evidence is about another digest than the one it is shown for.',
    remedy: 'Find the evidence of this digest; this one says nothing about it.',
  },
  'timestamp-invalid': {
    exit: 1,
    meaning: 'A signed timestamp does not hold, or is not from an authority of the trusted root.',
    remedy: 'Check that the trusted root knows the authority; if it does, the bundle was tampered with.',
  },
  'timestamp-missing': {
    exit: 1,
    meaning: 'Nobody vouches for the time of a signature by a short-lived certificate.',
    remedy: 'Sign again with a timestamp authority, or with a log that signs its time.',
  },
  'token-missing': {
    exit: 2,
    meaning: 'There is no identity token to sign with, or what is there is none.',
    remedy:
      'Give --identity-token or SIGSTORE_ID_TOKEN, or let the CI job ask for one (GitHub: `id-token: write`; GitLab: `id_tokens`).',
  },
  'trusted-root-malformed': {
    exit: 2,
    meaning: 'A trusted root is not one of the versions read, or lacks something that it must have.',
    remedy: 'Get the document anew; the message says what is wrong with it.',
  },
  // policy
  'policy-expression': {
    exit: 2,
    meaning: 'A CEL expression or a regular expression of a policy does not compile.',
    remedy: 'Correct it where the message points; docs/policy.md says what expressions may speak of.',
  },
  'policy-limit': {
    exit: 2,
    meaning: 'A file of policies is bigger or deeper than any honest one.',
    remedy: 'Split it; the bounds are in src/policy/limits.ts.',
  },
  'policy-malformed': {
    exit: 2,
    meaning: 'A TrustPolicy or ImageException is not one: a field is unknown, missing, repeated or not of its shape.',
    remedy: 'Correct it where the message points; docs/policy.md has every field.',
  },
  'policy-unreadable': {
    exit: 3,
    meaning: 'A file of policies, or a key that it names, can not be read.',
    remedy: 'Check the path (a key is looked for beside the policy) and its permissions.',
  },
  // judging
  'verification-overloaded': {
    exit: 3,
    meaning: 'More images wait to be verified than are taken at a time.',
    remedy: 'Ask again; if it stays, look which registry does not answer (`holdfast_verifications` in the metrics).',
  },
  'verification-pending': {
    exit: 3,
    meaning: 'The image is still being verified and there was no time to wait for it.',
    remedy: 'Ask again: the work goes on, and the answer will be there.',
  },
  // admission
  'admission-kind-unknown': {
    exit: 1,
    meaning: 'The webhook was asked about a kind of object of which it does not know whether it holds pods.',
    remedy: 'Take the kind out of the rules of the webhook; pods that are made from it are judged all the same.',
  },
  'admission-malformed': {
    exit: 1,
    meaning: 'What the webhook was asked is not an AdmissionReview, or its object does not have the shape of its kind.',
    remedy: 'Nothing if the API server did not send it; otherwise report it with the message.',
  },
  'admission-overloaded': {
    exit: 3,
    meaning: 'The webhook is answering as many requests as it takes at a time.',
    remedy: 'Try again; run more replicas, or narrow the rules of the webhook.',
  },
  'admission-unpinned': {
    exit: 1,
    meaning: 'A pod names an image by tag: what the tag means may change before the node pulls it.',
    remedy: 'Register `/mutate` too, which pins tags to digests, or name the image by digest.',
  },
  'admission-unrecorded': {
    exit: 3,
    meaning: 'The decision could not be written to the store in time, and what is not on record is no yes.',
    remedy: 'See whether the disk of the store is full or slow (`--store`).',
  },
  'listen-failed': {
    exit: 3,
    meaning: 'The address can not be listened on.',
    remedy: 'Check that nothing else listens there and that the port may be used.',
  },
  'tls-unusable': {
    exit: 2,
    meaning: 'Certificate and key are not PEM, do not belong together, or can not be used.',
    remedy: 'Give a certificate (with its chain) and its own private key.',
  },
  // profile
  'amendment-malformed': {
    exit: 2,
    meaning: 'A line that an ImageException allows a profile besides is none.',
    remedy: 'Take the line from the finding as it is; docs/profile.md has the grammar.',
  },
  'profile-contradictory': {
    exit: 3,
    meaning:
      'An execution profile disagrees with itself: something stands twice, or a number is not that of its entries.',
    remedy: 'Make it again with `holdfast profile`; do not edit what a tool counts.',
  },
  'profile-foreign': {
    exit: 3,
    meaning: 'An execution profile, or a recording, is of another image, or does not say of which.',
    remedy: 'Record the profile of the platform manifest that it is used with.',
  },
  'profile-unsigned': {
    exit: 3,
    meaning: 'An execution profile hangs on the image that nobody has signed.',
    remedy: 'Sign it: `holdfast profile attach`, with a key that the policy trusts.',
  },
  'profile-malformed': {
    exit: 3,
    meaning: 'An execution profile is not one: its JSON, a field, a path or a pattern.',
    remedy: 'Compare it with docs/schemas/execution-profile.schema.json where the message points.',
  },
  'profile-too-large': {
    exit: 3,
    meaning: 'An execution profile, or what it would be made from, is beyond what is read or held.',
    remedy: 'Record fewer, shorter runs; `holdfast profile lint` names what takes the room.',
  },
  'hardening-missing': {
    exit: 1,
    meaning: 'The image has to be hardened, and no hardening attestation about it verifies or can be read.',
    remedy: 'Harden it (`holdfast harden`) and seal the result, or name who attested that with --public-key.',
  },
  'hardened-intermediate': {
    exit: 1,
    meaning: 'The image has to be hardened, and is what hardening started from or passed, not its result.',
    remedy: 'Seal the hardened digest; the message names it where it is known.',
  },
  'hardening-untested': {
    exit: 1,
    meaning:
      'The image has to be hardened, and its attestation does not say that tests ran on the result and all passed.',
    remedy: 'Harden it again with a recipe whose tests pass.',
  },
  'recipe-foreign': {
    exit: 3,
    meaning: 'A Recipe names platforms, and the image is for none of them.',
    remedy: 'Give the recipe of this image, or add its platform to `spec.platforms`.',
  },
  'recipe-malformed': {
    exit: 2,
    meaning: 'A Recipe is not one: a field is unknown, missing, repeated or not of its shape.',
    remedy: 'Correct it where the message points; docs/recipe.md has every field.',
  },
  // exercise
  'exercise-not-ready': {
    exit: 3,
    meaning:
      'A container that a recipe runs could not be started, ended early, or does not listen on the ports of its run.',
    remedy: 'The message ends with what it said last; compare the run with how the image is meant to be started.',
  },
  'exercise-network': {
    exit: 3,
    meaning: 'This host makes no network namespace for a container that is exercised.',
    remedy: 'Run it as root on a host with network namespaces; `ip netns add` shows what is refused.',
  },
  'exercise-tool-missing': {
    exit: 3,
    meaning: 'A program of the host that exercising an image takes is not there: ctr, ip, nsenter or a test command.',
    remedy: 'Install containerd, iproute2 and util-linux; of a test, correct its command.',
  },
  'attack-tool-missing': {
    exit: 3,
    meaning: 'The program that attacks on a profile bring is not there, or is not a static one.',
    remedy: 'Install busybox-static; `file /bin/busybox` then says statically linked.',
  },
  'tests-failed': {
    exit: 1,
    meaning: 'Functional tests of an image failed, so nothing is said of it by what they showed.',
    remedy: 'The message names each with its last words; correct the image or the test.',
  },
  internal: { exit: 3, meaning: 'Holdfast itself failed.', remedy: 'Report it with the message and the command.' },
} as const satisfies Record<string, CodeEntry>;

export interface CodeEntry {
  readonly exit: 1 | 2 | 3;
  readonly meaning: string;
  readonly remedy: string;
}

export type Code = keyof typeof codes;
