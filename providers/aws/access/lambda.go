package access

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"github.com/estray/estray/inventory"
	"github.com/estray/estray/providers/aws/session"
)

// lambdaGone is what Lambda answers about what is not there.
const lambdaGone = "ResourceNotFoundException"

func lambdaService() service { return service{"Lambda", "lambda", Region} }

// lambdaRows are the operations on one function.
func lambdaRows() []row {
	s := lambdaService()
	name := aws.String(nobody)
	return []row{
		s.row("GetFunction", inventory.CapConfiguration, "digests of container images",
			// The name is one that cannot exist: this call hands out code.
			ask(lambda.NewFromConfig, (*lambda.Client).GetFunction, plain(lambda.GetFunctionInput{FunctionName: name}))).
			missing(lambdaGone).ifAsked(OptionGetFunction),
		s.row("GetFunctionConfiguration", inventory.CapConfiguration, "the state of functions",
			ask(lambda.NewFromConfig, (*lambda.Client).GetFunctionConfiguration, plain(lambda.GetFunctionConfigurationInput{FunctionName: name}))).missing(lambdaGone).onlyFull(),
		s.row("GetFunctionConcurrency", inventory.CapConfiguration, "functions that are switched off or bounded by their concurrency",
			ask(lambda.NewFromConfig, (*lambda.Client).GetFunctionConcurrency, plain(lambda.GetFunctionConcurrencyInput{FunctionName: name}))).missing(lambdaGone).onlyFull(),
		s.row("GetPolicy", inventory.CapPolicies, "who may invoke functions and aliases",
			ask(lambda.NewFromConfig, (*lambda.Client).GetPolicy, plain(lambda.GetPolicyInput{FunctionName: name}))).missing(lambdaGone),
		s.row("GetResourcePolicy", inventory.CapPolicies, "policies as the newer call tells them",
			ask(lambda.NewFromConfig, (*lambda.Client).GetResourcePolicy, func(r *session.Region) *lambda.GetResourcePolicyInput {
				return &lambda.GetResourcePolicyInput{ResourceArn: arnOf(r, "lambda", "function:"+nobody)}
			})).missing(lambdaGone).onlyFull(),
		s.row("ListAliases", inventory.CapAliases, "aliases, and so their URLs and policies",
			ask(lambda.NewFromConfig, (*lambda.Client).ListAliases, plain(lambda.ListAliasesInput{FunctionName: name}))).missing(lambdaGone),
		s.row("ListFunctionEventInvokeConfigs", inventory.CapConfiguration, "where the results of asynchronous calls go",
			ask(lambda.NewFromConfig, (*lambda.Client).ListFunctionEventInvokeConfigs, plain(lambda.ListFunctionEventInvokeConfigsInput{FunctionName: name}))).missing(lambdaGone).onlyFull(),
		s.row("ListFunctionUrlConfigs", inventory.CapURLs, "function URLs and whom they let in",
			ask(lambda.NewFromConfig, (*lambda.Client).ListFunctionUrlConfigs, plain(lambda.ListFunctionUrlConfigsInput{FunctionName: name}))).missing(lambdaGone),
		s.row("ListFunctionsByCodeSigningConfig", inventory.CapCodeSigning, "which functions demand signed code",
			ask(lambda.NewFromConfig, (*lambda.Client).ListFunctionsByCodeSigningConfig, func(r *session.Region) *lambda.ListFunctionsByCodeSigningConfigInput {
				return &lambda.ListFunctionsByCodeSigningConfigInput{CodeSigningConfigArn: arnOf(r, "lambda", "code-signing-config:csc-00000000000000000")}
			})).missing(lambdaGone),
	}
}

// lambdaLists are the operations on all functions of a region.
func lambdaLists() []row {
	s := lambdaService()
	one := aws.Int32(1)
	return []row{
		s.row("GetAccountSettings", inventory.CapFunctions, "the count that proves the list of functions whole",
			ask(lambda.NewFromConfig, (*lambda.Client).GetAccountSettings, plain(lambda.GetAccountSettingsInput{}))),
		s.row("ListFunctions", inventory.CapFunctions, "the functions",
			ask(lambda.NewFromConfig, (*lambda.Client).ListFunctions, plain(lambda.ListFunctionsInput{MaxItems: one}))),
		s.row("ListEventSourceMappings", inventory.CapMappings, "queues and streams that start functions",
			ask(lambda.NewFromConfig, (*lambda.Client).ListEventSourceMappings, plain(lambda.ListEventSourceMappingsInput{MaxItems: one}))),
		s.row("ListCodeSigningConfigs", inventory.CapCodeSigning, "which functions demand signed code",
			ask(lambda.NewFromConfig, (*lambda.Client).ListCodeSigningConfigs, plain(lambda.ListCodeSigningConfigsInput{MaxItems: one}))),
		s.row("ListCapacityProviders", inventory.CapCapacityProviders, "instances that functions run on",
			ask(lambda.NewFromConfig, (*lambda.Client).ListCapacityProviders, plain(lambda.ListCapacityProvidersInput{MaxItems: one}))),
		service{"Resource Groups Tagging API", "tag", Region}.row("GetResources", inventory.CapTags, "tags of functions, by which owners are found",
			ask(resourcegroupstaggingapi.NewFromConfig, (*resourcegroupstaggingapi.Client).GetResources,
				plain(resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"lambda:function"}, ResourcesPerPage: one}))),
	}
}
