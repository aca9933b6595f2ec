/* What our build of pjproject differs in from its defaults (pjlib/config.h, pjmedia/config.h, pjsua.h). */
#define PJ_HAS_IPV6 1
#define PJMEDIA_HAS_VIDEO 0
#define PJMEDIA_SRTP_HAS_DTLS 1

/* The size of an array: uaConfig.maxCalls cannot exceed it. The default of 4 is one call for each of four lines. */
#define PJSUA_MAX_CALLS 32
