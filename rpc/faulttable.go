package rpc

import (
	"slices"
	"strings"
)

// NOTE: which fault may answer which request, as the standard lists it with each
// method (TR-069 Annex A), and the subsets that may stand in the reports of
// transfers and of deployment units. It is for those who judge a peer or make a
// fault: nothing in this package refuses a code by it.

// Side gives whose code it is: ToACS for 8000 to 8899, with which an ACS answers,
// ToCPE for 9000 to 9899, 0 for any other number.
func (c FaultCode) Side() Side {
	switch {
	case c >= 8000 && c <= 8899:
		return ToACS
	case c >= 9000 && c <= 9899:
		return ToCPE
	}
	return 0
}

// IsVendor tells whether the code is in a range that belongs to vendors, 8800 to
// 8899 and 9800 to 9899.
func (c FaultCode) IsVendor() bool {
	return c.Side() != 0 && c%1000 >= 800
}

// IsReserved tells whether the code is in a range of the standard's without a
// meaning yet: 8007 to 8799 and 9033 to 9799.
func (c FaultCode) IsReserved() bool {
	return c.Side() != 0 && c.Since() == 0
}

// Since gives the first version that has the code, and 0 for a code without a
// meaning. A vendor's code is as old as CWMP.
func (c FaultCode) Since() Version {
	switch {
	case c.IsVendor() || c >= 8000 && c <= 8005 || c >= 9000 && c <= 9013:
		return V10
	case c >= 9014 && c <= 9019:
		return V11
	case c >= 9020 && c <= 9032:
		return V12
	case c == 8006:
		return V14
	}
	return 0
}

// anyFaults may answer any request at each of the two ends.
var anyFaults = map[Side][]FaultCode{
	ToCPE: {9000, 9001, 9002},
	ToACS: {8000, 8001, 8002, 8005},
}

// methodFaults may answer a method besides anyFaults. A method without arguments
// has no line unless the standard gives it one.
var methodFaults = map[Side]map[string][]FaultCode{
	ToCPE: {
		"GetRPCMethods":          nil,
		"SetParameterValues":     {9003, 9004}, // and, parameter by parameter, parameterFaults
		"GetParameterValues":     {9003, 9004, 9005},
		"GetParameterNames":      {9003, 9005},
		"SetParameterAttributes": {9003, 9004, 9005, 9009},
		"GetParameterAttributes": {9003, 9004, 9005},
		"AddObject":              {9003, 9004, 9005},
		"DeleteObject":           {9003, 9005},
		"Download":               {9003, 9004, 9010, 9012, 9013},
		"Reboot":                 {9003},
		"GetQueuedTransfers":     nil,
		"ScheduleInform":         {9003, 9004},
		"SetVouchers":            {9003, 9004},
		"GetOptions":             {9003},
		"Upload":                 {9003, 9004, 9011, 9012, 9013},
		"FactoryReset":           {9003},
		"GetAllQueuedTransfers":  nil,
		"ScheduleDownload":       {9003, 9004, 9010, 9013},
		"CancelTransfer":         {9021},
		"ChangeDUState":          {9004},
	},
	ToACS: {
		"GetRPCMethods":                   nil,
		"Inform":                          {8003, 8004, 8006},
		"TransferComplete":                {8003, 8004},
		"AutonomousTransferComplete":      {8003, 8004},
		"Kicked":                          {8003, 8004},
		"RequestDownload":                 {8003, 8004},
		"DUStateChangeComplete":           {8003, 8004},
		"AutonomousDUStateChangeComplete": {8003, 8004},
	},
}

// parameterFaults may stand with a parameter of a refused SetParameterValues.
var parameterFaults = []FaultCode{9001, 9002, 9005, 9006, 9007, 9008}

// transferFaults and deploymentFaults are what the schemas let stand in the report
// of a transfer and of an operation on a deployment unit, besides 0 for success,
// the reserved codes and the vendors'.
var (
	transferFaults = []FaultCode{
		9001, 9002, 9010, 9011, 9012, 9014, 9015, 9016, 9017, 9018, 9019, 9020,
	}
	deploymentFaults = []FaultCode{
		9001, 9003, 9012, 9013, 9015, 9016, 9017, 9018, 9022, 9023, 9024, 9025, 9026, 9027, 9028, 9029, 9030, 9031, 9032,
	}
)

// Faults lists the codes of the standard that may answer the method at the end by,
// in order: nil when the standard does not have the method there. A vendor's code
// may always, and a method that by does not support is answered by
// FaultMethodNotSupported or FaultACSMethodNotSupported.
func Faults(method string, by Side) []FaultCode {
	own, known := methodFaults[by][method]
	if !known {
		return nil
	}
	all := slices.Concat(anyFaults[by], own)
	slices.Sort(all)
	return all
}

// Answers tells whether a fault of the code may answer the method: as [Faults] has
// it, or a vendor's code. A method of the standard that is not for that end is
// answered by FaultMethodNotSupported or FaultACSMethodNotSupported alone, and a
// response or a fault of the standard by none (TR-069 section 3.5). Of a vendor's
// method nothing is known, so that every code may that has a meaning at that end.
func (c FaultCode) Answers(method string, by Side) bool {
	request := strings.TrimSuffix(method, responseSuffix)
	switch own, known := methodFaults[by][method]; {
	case c.Side() == 0 || c.Side() != by || method == "Fault":
		return false
	case !known && isStandard(request):
		return request == method && (c == FaultMethodNotSupported || c == FaultACSMethodNotSupported)
	case !known || c.IsVendor():
		return !c.IsReserved()
	default:
		return slices.Contains(anyFaults[by], c) || slices.Contains(own, c)
	}
}

// isStandard tells whether either end has the method.
func isStandard(method string) bool {
	_, cpe := methodFaults[ToCPE][method]
	_, acs := methodFaults[ToACS][method]
	return cpe || acs
}

// InParameter tells whether the code may stand with a parameter of a refused
// SetParameterValues (TR-069 A.3.2.1).
func (c FaultCode) InParameter() bool {
	return slices.Contains(parameterFaults, c) || c.IsVendor() && c.Side() == ToCPE
}

// InTransfer tells whether the code may stand in a TransferComplete or an
// AutonomousTransferComplete (TR-069 A.3.3.2): 0, which is success, one of the
// standard's, one that a later version may define, or a vendor's.
func (c FaultCode) InTransfer() bool { return c.reports(transferFaults) }

// InDeployment is InTransfer for the results of DUStateChangeComplete and
// AutonomousDUStateChangeComplete (TR-069 A.4.2.3).
func (c FaultCode) InDeployment() bool { return c.reports(deploymentFaults) }

func (c FaultCode) reports(standard []FaultCode) bool {
	later := c.Side() == ToCPE && (c.IsReserved() || c.IsVendor())
	return c == 0 || later || slices.Contains(standard, c)
}
