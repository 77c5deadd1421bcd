package rpc

import "fmt"

// A FaultCode is a CWMP fault code: 8000 to 8899 from an ACS, 9000 to 9899 from a
// CPE (TR-069 A.5). It is an error, so that a code is the sentinel for its
// faults.
type FaultCode uint32

// Fault codes of an ACS (A.5.2).
const (
	FaultACSMethodNotSupported  FaultCode = 8000
	FaultACSRequestDenied       FaultCode = 8001
	FaultACSInternalError       FaultCode = 8002
	FaultACSInvalidArguments    FaultCode = 8003
	FaultACSResourcesExceeded   FaultCode = 8004
	FaultACSRetryRequest        FaultCode = 8005 // send the identical request again
	FaultACSVersionIncompatible FaultCode = 8006 // CWMP 1.4, only to an Inform
)

// Fault codes of a CPE (A.5.1).
const (
	FaultMethodNotSupported         FaultCode = 9000
	FaultRequestDenied              FaultCode = 9001
	FaultInternalError              FaultCode = 9002
	FaultInvalidArguments           FaultCode = 9003
	FaultResourcesExceeded          FaultCode = 9004
	FaultInvalidParameterName       FaultCode = 9005
	FaultInvalidParameterType       FaultCode = 9006
	FaultInvalidParameterValue      FaultCode = 9007
	FaultNonWritableParameter       FaultCode = 9008
	FaultNotificationRejected       FaultCode = 9009
	FaultTransferFailure            FaultCode = 9010
	FaultUploadFailure              FaultCode = 9011
	FaultTransferAuthentication     FaultCode = 9012
	FaultTransferProtocol           FaultCode = 9013
	FaultTransferMulticast          FaultCode = 9014
	FaultTransferNoServer           FaultCode = 9015
	FaultTransferNoAccess           FaultCode = 9016
	FaultTransferIncomplete         FaultCode = 9017
	FaultTransferCorrupted          FaultCode = 9018
	FaultTransferFileAuthentication FaultCode = 9019
	FaultTransferWindow             FaultCode = 9020
	FaultCancelNotPermitted         FaultCode = 9021
	FaultInvalidUUID                FaultCode = 9022
	FaultUnknownExecutionEnv        FaultCode = 9023
	FaultDisabledExecutionEnv       FaultCode = 9024
	FaultDUExecutionEnvMismatch     FaultCode = 9025
	FaultDuplicateDU                FaultCode = 9026
	FaultSystemResourcesExceeded    FaultCode = 9027
	FaultUnknownDU                  FaultCode = 9028
	FaultInvalidDUState             FaultCode = 9029
	FaultDowngradeNotPermitted      FaultCode = 9030
	FaultVersionNotSpecified        FaultCode = 9031
	FaultVersionExists              FaultCode = 9032
)

// clientFaults are the codes for which the sender of the request is to blame.
// The rest are the responder's own.
var clientFaults = map[FaultCode]bool{
	8003: true,
	9003: true, 9005: true, 9006: true, 9007: true, 9008: true, 9020: true, 9021: true, 9022: true,
	9023: true, 9024: true, 9025: true, 9026: true, 9028: true, 9029: true, 9030: true, 9031: true, 9032: true,
}

// meanings are the standard's meanings of its codes.
var meanings = map[FaultCode]string{
	8000: "method not supported",
	8001: "request denied",
	8002: "internal error",
	8003: "invalid arguments",
	8004: "resources exceeded",
	8005: "retry request",
	8006: "ACS version incompatible with CPE",
	9000: "method not supported",
	9001: "request denied",
	9002: "internal error",
	9003: "invalid arguments",
	9004: "resources exceeded",
	9005: "invalid parameter name",
	9006: "invalid parameter type",
	9007: "invalid parameter value",
	9008: "non-writable parameter",
	9009: "notification request rejected",
	9010: "file transfer failure",
	9011: "upload failure",
	9012: "file transfer server authentication failure",
	9013: "unsupported protocol for file transfer",
	9014: "cannot join multicast group",
	9015: "cannot contact file server",
	9016: "cannot access file",
	9017: "cannot complete download",
	9018: "file corrupted",
	9019: "file authentication failure",
	9020: "cannot complete download within the time windows",
	9021: "cancellation not permitted in the present transfer state",
	9022: "invalid UUID format",
	9023: "unknown execution environment",
	9024: "disabled execution environment",
	9025: "deployment unit does not fit the execution environment",
	9026: "duplicate deployment unit",
	9027: "system resources exceeded",
	9028: "unknown deployment unit",
	9029: "invalid deployment unit state",
	9030: "downgrade not permitted",
	9031: "version not specified",
	9032: "version already exists",
}

// Meaning returns the standard's meaning in a few words: "vendor fault" for the
// vendors' ranges, "" for a code that the standard does not define.
func (c FaultCode) Meaning() string {
	if c >= 8800 && c <= 8899 || c >= 9800 && c <= 9899 {
		return "vendor fault"
	}
	return meanings[c]
}

// Class returns "Client" when the sender of the request is to blame, otherwise
// "Server": the text of faultcode.
func (c FaultCode) Class() string {
	if clientFaults[c] {
		return "Client"
	}
	return "Server"
}

// Error returns the code and its meaning.
func (c FaultCode) Error() string {
	if m := c.Meaning(); m != "" {
		return fmt.Sprintf("fault %d: %s", uint32(c), m)
	}
	return fmt.Sprintf("fault %d", uint32(c))
}
